import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { createPackageSource, hasApt, isInstalled, unpackAll } from './debian.mjs';
import { CACHE, SetupError, findProgram, isExecutable, progress, run } from './project.mjs';

const HOME = join(CACHE, 'redis');
/** src/machine/server-binary.ts looks here too. */
const WRAPPER = join(HOME, 'bin/redis-server');

// The package that starts the server, and the one that holds its binary (Debian 11 to 13, Ubuntu 22.04 and later).
const FLAVOURS = [
  { server: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { server: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
];

/** A Redis that was fetched before its `redis-check-aof` had a wrapper gets one: it is that of `redis-cli`, with another name. */
export function completeWrappers() {
  const [cli, check] = ['redis-cli', 'redis-check-aof'].map((name) => join(HOME, 'bin', name));
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

/**
 * Fetches the distribution's Redis package, and of the libraries it needs those that this machine lacks, and unpacks them
 * into the project's cache. Nothing is installed system-wide; root is not needed.
 */
export async function fetchRedis() {
  if (!hasApt()) throw new SetupError(`Redis is missing: ${ADVICE}`);
  progress('fetching Redis from the distribution’s packages into .cache/redis');
  for (const name of existsSync(CACHE) ? readdirSync(CACHE) : []) {
    if (name.startsWith('redis.part-')) rmSync(join(CACHE, name), { recursive: true, force: true });
  }
  const part = join(CACHE, `redis.part-${process.pid}`);
  const source = createPackageSource();
  try {
    await unpackServer(source, part);
    // The rename makes it appear whole, or not at all.
    rmSync(HOME, { recursive: true, force: true });
    renameSync(part, HOME);
  } finally {
    rmSync(part, { recursive: true, force: true });
    source.close();
  }
}

async function unpackServer(source, part) {
  const packages = join(part, 'packages');
  mkdirSync(packages, { recursive: true });
  const flavour = await download(source, packages);
  const candidates = new Set(await unpackAll(packages, part));
  const binary = join(part, 'usr/bin', flavour.server);
  const seen = new Set(flavour.packages);
  let missing = await missingLibraries(binary, part);
  while (missing.length > 0) {
    const next = [];
    for (const name of candidates) {
      if (!seen.has(name) && name.startsWith('lib') && !(await isInstalled(name))) next.push(name);
      seen.add(name);
    }
    if (next.length === 0) {
      throw new SetupError(
        `Redis needs libraries that its packages do not declare: ${missing.join(', ')}; ${ADVICE}`,
      );
    }
    const fault = await source.download(next, packages);
    if (fault !== undefined) throw new SetupError(`could not fetch ${next.join(', ')}; ${ADVICE}\n${fault}`);
    for (const name of await unpackAll(packages, part)) candidates.add(name);
    missing = await missingLibraries(binary, part);
  }
  await writeWrappers(part, flavour.server);
}

/** Fetches the first flavour that the lists offer; with the system's lists, and if that fails with fresh ones. */
async function download(source, folder) {
  let fault = 'the package lists do not contain it';
  for (const refresh of [false, true]) {
    if (refresh) fault = (await source.refresh()).output;
    for (const flavour of FLAVOURS) {
      if (!(await source.knows(flavour.server))) continue;
      const failed = await source.download(flavour.packages, folder);
      if (failed === undefined) return flavour;
      fault = failed;
    }
  }
  throw new SetupError(`could not fetch Redis with apt-get; ${ADVICE}\n${fault}`);
}

/** Folders below `part` that hold shared libraries, relative to it. */
function libraryFolders(part) {
  const roots = ['usr/lib', 'lib'].filter((folder) => existsSync(join(part, folder)));
  return roots.flatMap((root) => {
    const below = readdirSync(join(part, root), { withFileTypes: true });
    const inner = below.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
    return [root, ...inner].filter((folder) =>
      readdirSync(join(part, folder)).some((file) => file.includes('.so')),
    );
  });
}

async function missingLibraries(binary, part) {
  const path = libraryFolders(part).map((folder) => join(part, folder));
  const { output } = await run(['ldd', binary], { env: { ...process.env, LD_LIBRARY_PATH: path.join(':') } });
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

async function writeWrappers(part, server) {
  // Relative to the wrapper, so that the project's folder may be moved.
  const libraries = libraryFolders(part).map((folder) => `$root/${relative('.', folder)}`);
  mkdirSync(join(part, 'bin'));
  const write = (name, program) => {
    const wrapper = join(part, 'bin', name);
    writeFileSync(
      wrapper,
      `#!/bin/sh
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
LD_LIBRARY_PATH="${libraries.join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$root/usr/bin/${program}" "$@"
`,
    );
    chmodSync(wrapper, 0o755);
    return wrapper;
  };
  const wrapper = write('redis-server', server);
  // For the operator: a backup asks the server things, a damaged append-only file is mended.
  write('redis-cli', server.replace('-server', '-cli'));
  write('redis-check-aof', server.replace('-server', '-check-aof'));
  rmSync(join(part, 'packages'), { recursive: true });
  const { status, output } = await run([wrapper, '--version']);
  if (status !== 0)
    throw new SetupError(`the fetched Redis does not run on this machine: ${output.trim()}; ${ADVICE}`);
  progress(`Redis is ready: ${output.trim()}`);
}
