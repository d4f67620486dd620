import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createPackageSource, hasApt } from './debian.mjs';
import { SetupError, findProgram, isExecutable, progress } from './project.mjs';
import { unpackProgram, unpackedProgram } from './unpack-program.mjs';

/** src/machine/server-binary.ts looks here too. */
const WRAPPER = unpackedProgram('redis', 'redis-server');

/** The package that starts the server, and the one that holds its binary (Debian 11 to 13, Ubuntu 22.04 and later). */
const FLAVOURS = ['redis', 'valkey'].map((name) => ({
  packages: [`${name}-server`, `${name}-tools`],
  programs: {
    'redis-server': `usr/bin/${name}-server`,
    // For the operator: a backup asks the server things, a damaged append-only file is mended.
    'redis-cli': `usr/bin/${name}-cli`,
    'redis-check-aof': `usr/bin/${name}-check-aof`,
  },
}));

/** A Redis that was fetched before its `redis-check-aof` had a wrapper gets one: it is that of `redis-cli`, with another name. */
export function completeWrappers() {
  const [cli, check] = ['redis-cli', 'redis-check-aof'].map((name) => unpackedProgram('redis', name));
  if (!existsSync(cli) || existsSync(check)) return;
  writeFileSync(check, readFileSync(cli, 'utf8').replace(/-cli" "\$@"/, '-check-aof" "$@"'), { mode: 0o755 });
}

/** Whether a Redis is at hand: configured, on the PATH, or unpacked earlier. */
export function redisIsThere() {
  return (
    (process.env.REDIS_URL ?? '') !== '' ||
    isNewEnough(findProgram('redis-server', 'valkey-server')) ||
    isExecutable(WRAPPER)
  );
}

/** As src/machine/server-binary.ts decides: 6.2 at least; one that does not say is taken. */
function isNewEnough(program) {
  if (program === undefined) return false;
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 5000 });
  const [, major, minor] = /\bv=(\d+)\.(\d+)/.exec(stdout) ?? [];
  return major === undefined || Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
}

const ADVICE =
  'install redis-server or valkey-server (for example "apt install redis-server", "brew install redis" or "dnf install valkey"), or set REDIS_URL';

/** Fetches the distribution's Redis into `.cache/redis`. */
export async function fetchRedis() {
  if (!hasApt()) throw new SetupError(`Redis is missing: ${ADVICE}`);
  progress('fetching Redis from the distribution’s packages into .cache/redis');
  const source = createPackageSource();
  try {
    const version = await unpackProgram(source, { folder: 'redis', flavours: FLAVOURS });
    progress(`Redis is ready: ${version}`);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`could not fetch Redis; ${ADVICE}\n${error.message}`);
  } finally {
    source.close();
  }
}
