import { defineConfig } from 'vite';

// The service worker keeps its name: a browser looks for its next version under the same address.
export default defineConfig({
  root: 'src/web',
  publicDir: 'public',
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'src/web/index.html', desk: 'src/web/desk.html', sw: 'src/web/service-worker/main.ts' },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
});
