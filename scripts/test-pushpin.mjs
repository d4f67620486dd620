/**
 * Tries the live line behind a real Pushpin: our client, a browser, and readers under faults. Pushpin comes from Debian's
 * packages and must be installed; as root, this does it. Says in one line what is missing, and ends with status 1 then.
 */
import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { apt, hasApt } from './lib/debian.mjs';
import { SetupError, findProgram, main, nodeTool, progress, run } from './lib/project.mjs';
import { setup } from './setup.mjs';

/** tests/support/pushpin.ts looks for the same. */
const isThere = () =>
  existsSync('/usr/lib/pushpin') &&
  ['pushpin', 'condure', 'zurl'].every((name) => findProgram(name) !== undefined);

await main(async () => {
  if (!isThere()) await installPushpin();
  await setup({ browsers: true });
  await build();
  const tests = [...nodeTool('vitest/vitest.mjs'), 'run', '--project', 'pushpin', ...process.argv.slice(2)];
  const { status } = await run(tests, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
});

async function installPushpin() {
  const how = 'apt-get install pushpin';
  if (!hasApt())
    throw new SetupError('cannot test behind Pushpin: it is not here, and comes from Debian’s packages');
  if (process.getuid?.() !== 0)
    throw new SetupError(`cannot test behind Pushpin: it is not here; as root: ${how}`);
  progress('installing Pushpin from the distribution’s packages');
  const { status, output } = await apt('apt-get', ['install', '-y', '--no-install-recommends', 'pushpin']);
  if (status !== 0 || !isThere()) {
    throw new SetupError(`cannot test behind Pushpin: ${how} failed: ${output.trim().split('\n').at(-1)}`);
  }
}
