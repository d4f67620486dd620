/** `npm start`: fetches what is missing, builds what has changed, and becomes the supervisor (src/main.ts). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { PROJECT, loadDotEnv, main } from './lib/project.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  loadDotEnv();
  await setup();
  await build();
  if (process.env.npm_lifecycle_event !== undefined) endWithNpm();
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(PROJECT, 'dist/src/main.js')).href);
});

/** npm passes a SIGTERM on, but not its own death by SIGKILL: then nobody would ever stop us. */
function endWithNpm() {
  const before = lineage();
  const timer = setInterval(() => {
    if (lineage() === before) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}

/** The processes from us up to npm. npm runs a script in a shell, which outlives it: only Linux shows that shell's parent. */
function lineage() {
  const parent = process.ppid;
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    const [, name, grandparent] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
    return /^(?:sh|dash|bash)$/.test(name) ? `${parent} ${grandparent}` : `${parent}`;
  } catch {
    return `${parent}`;
  }
}
