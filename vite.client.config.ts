import { defineConfig } from 'vite';

/** The npm package: a module for programs and pages, and one with the elements. What they share is a third file. */
export default defineConfig({
  root: 'src/web',
  publicDir: 'client/package',
  build: {
    outDir: '../../dist/client',
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    rolldownOptions: { output: { chunkFileNames: 'shared.js' } },
    lib: { entry: { index: 'client/main.ts', elements: 'client/elements.ts' }, formats: ['es'] },
  },
});
