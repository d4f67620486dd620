/**
 * Fetches what this machine lacks: the dependencies, a Redis server, and with --browsers the browsers for the tests (the
 * other programs of the tests come with `npm test`).
 * Does nothing when nothing is missing; may be cut short and run again; several at once wait for each other.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installBrowsers, missingBrowsers } from './lib/browsers.mjs';
import { dependenciesMatch, installDependencies } from './lib/dependencies.mjs';
import { withLock } from './lib/lock.mjs';
import { PROJECT, SetupError, loadDotEnv, main, progress, run } from './lib/project.mjs';
import { completeWrappers, fetchRedis, redisIsThere } from './lib/redis.mjs';
import { fetchTestPrograms, testProgramsAreThere } from './lib/test-programs.mjs';

const OLDEST_NODE = [20, 19];

/**
 * @param options.browsers also look for the browsers that the tests drive
 * @param options.programs also look for the programs that the tests try the operator's files with; some may be missing
 * @throws {SetupError} when something is missing that cannot be fetched; the message says what to install
 */
export async function setup(options = {}) {
  checkNode();
  const browsers = options.browsers ? missingBrowsers() : [];
  const programs = options.programs === true && !testProgramsAreThere();
  if (!dependenciesMatch() || !redisIsThere() || browsers.length > 0 || programs) {
    await withLock('setup', async () => {
      // Asked again: another run may have done it while this one waited.
      if (!dependenciesMatch()) await installDependencies();
      if (!redisIsThere()) await fetchRedis();
      const still = options.browsers ? missingBrowsers() : [];
      if (still.length > 0) await installBrowsers(still);
      if (programs && !testProgramsAreThere()) await fetchTestPrograms();
    });
  }
  completeWrappers();
  await buildNative();
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new SetupError(
    `Ajil needs Node.js ${OLDEST_NODE.join('.')} or later, and this is ${process.versions.node}: install a newer version from https://nodejs.org`,
  );
}

/** The native addons are optional: without a compiler the pure ways are taken. */
async function buildNative() {
  const script = join(PROJECT, 'scripts/build-native.mjs');
  if (!existsSync(script)) return;
  const { status } = await run([process.execPath, script], { show: true });
  if (status !== 0) progress('could not build the optional native addon; continuing without it');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    loadDotEnv();
    await setup({ browsers: process.argv.includes('--browsers') });
  });
}
