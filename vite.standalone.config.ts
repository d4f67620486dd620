import { defineConfig } from 'vite';

/** Scripts that must be one file each, loadable without `type="module"`: by the name of the mode. */
const ENTRIES: Readonly<Record<string, string>> = {
  // A service worker keeps its name: a browser looks for its next version under the same address.
  sw: 'src/web/service-worker/main.ts',
};

export default defineConfig(({ mode }) => ({
  root: 'src/web',
  publicDir: false,
  build: {
    outDir: '../../dist/web',
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: ENTRIES[mode] ?? [],
      output: { format: 'iife', entryFileNames: `${mode}.js` },
    },
  },
}));
