import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Vitest's global set-up: tests of the whole line run what is shipped, so it is built first, if anything changed. */
export async function setup(): Promise<void> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const build = spawn(process.execPath, ['scripts/build.mjs'], { cwd, stdio: 'inherit' });
  const [code] = (await once(build, 'close')) as [number | null];
  if (code !== 0) throw new Error('the product could not be built: see above');
}
