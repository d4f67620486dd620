/** `npm start`: fetches what is missing, builds what has changed, and becomes the supervisor (src/main.ts). */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { PROJECT, loadDotEnv, main } from './lib/project.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  const parent = process.ppid;
  loadDotEnv();
  await setup();
  await build();
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(parent);
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(PROJECT, 'dist/src/main.js')).href);
});

/** npm passes a SIGTERM on, but not its own death by SIGKILL: then nobody would ever stop us. */
function endWithParent(parent) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
