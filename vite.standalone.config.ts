import { defineConfig } from 'vite';

/** Scripts that must be one file each, by the name of the mode; classic ones but where a module is said. */
const ENTRIES: Readonly<Record<string, string>> = {
  // A service worker keeps its name: a browser looks for its next version under the same address.
  sw: 'src/web/service-worker/main.ts',
  // Other sites carry these: their addresses stand in those sites' pages and service workers.
  bar: 'src/web/bar/main.ts',
  list: 'src/web/list/main.ts',
  'live-client': 'src/web/live/main.ts',
  push: 'src/web/push/main.ts',
  'push-worker': 'src/web/service-worker/push-worker.ts',
};
const MODULES = new Set(['live-client', 'push']);

export default defineConfig(({ mode }) => ({
  root: 'src/web',
  publicDir: false,
  build: {
    outDir: '../../dist/web',
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: ENTRIES[mode] ?? [],
      preserveEntrySignatures: MODULES.has(mode) ? 'strict' : false,
      output: { format: MODULES.has(mode) ? 'es' : 'iife', entryFileNames: `${mode}.js` },
    },
  },
}));
