import { defineConfig, type Plugin } from 'vite';

const LIBRARIES = 'libraries/';
const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/**
 * The server, the workers, the supervisor and the command line, with their libraries: read from some tens of files instead of
 * a thousand, a process starts in half the time.
 */
export default defineConfig({
  publicDir: false,
  plugins: [withoutMapsOfLibraries()],
  ssr: {
    noExternal: true,
    external: [
      // Optional libraries with a native part of their own: they are required where they are installed.
      'msgpackr-extract',
      'bufferutil',
      'utf-8-validate',
      // Its parts must run in an order that a bundle does not keep, and it is read only when a passkey is used.
      '@simplewebauthn/server',
    ],
  },
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node20',
    sourcemap: true,
    rolldownOptions: {
      input: {
        'src/main': 'src/main.ts',
        'src/server': 'src/server.ts',
        'src/cli': 'src/cli.ts',
        'workers/main': 'workers/main.ts',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'src/[name].js',
        codeSplitting: {
          groups: [
            {
              test: PACKAGE,
              name: (id) => LIBRARIES + (PACKAGE.exec(id)?.[1] ?? 'others').replace('/', '-'),
              debugName: 'a file for each library',
            },
          ],
        },
      },
    },
  },
});

/** Node reads every map at its start when stack traces shall name source lines: only ours are worth it. */
function withoutMapsOfLibraries(): Plugin {
  return {
    name: 'without-maps-of-libraries',
    generateBundle(_options, bundle) {
      for (const file of Object.keys(bundle)) {
        const output = bundle[file];
        if (file.startsWith(`src/${LIBRARIES}`) && file.endsWith('.map')) delete bundle[file];
        if (output?.type === 'chunk' && output.name.startsWith(LIBRARIES)) {
          output.code = output.code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
        }
      }
    },
  };
}
