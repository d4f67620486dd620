import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/web',
  publicDir: 'public',
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy lets nothing in from data: addresses but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: 'src/web/index.html',
        alert: 'src/web/alert.html',
        list: 'src/web/list.html',
        desk: 'src/web/desk.html',
      },
    },
  },
});
