/** Bundles the server and the pages into dist/ (vite); skips what is up to date. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { CACHE, PROJECT, SetupError, main, nodeTool, progress, run } from './lib/project.mjs';

const PARTS = [
  {
    name: 'server',
    inputs: ['src', 'workers', 'vite.server.config.ts', 'package-lock.json'],
    excludes: ['src/web'],
    stamp: 'dist/.server-built',
    commands: [viteBuild('--config', 'vite.server.config.ts')],
    clean: ['dist/src', 'dist/workers'],
  },
  {
    name: 'pages',
    inputs: ['src', 'vite.config.ts', 'vite.standalone.config.ts', 'package-lock.json'],
    excludes: [],
    stamp: 'dist/.pages-built',
    // The first empties the folder; then each script that must be one file (the modes of vite.standalone.config.ts).
    commands: [
      viteBuild(),
      ...['sw', 'bar', 'list', 'live-client', 'push', 'push-worker'].map((mode) =>
        viteBuild('--config', 'vite.standalone.config.ts', '--mode', mode),
      ),
    ],
    clean: [],
  },
];

/**
 * @returns when dist/ is up to date
 * @throws {SetupError} with the compiler's output
 */
export async function build() {
  const stale = () => PARTS.filter((part) => readStamp(part) !== fingerprint(part));
  if (stale().length === 0) return;
  await withLock('build', async () => {
    for (const part of stale()) await buildPart(part);
  });
}

function viteBuild(...args) {
  return [...nodeTool('vite/bin/vite.js'), 'build', '--logLevel', 'warn', ...args];
}

async function buildPart(part) {
  progress(`building the ${part.name}`);
  const now = fingerprint(part);
  mkdirSync(CACHE, { recursive: true });
  for (const path of part.clean) rmSync(join(PROJECT, path), { recursive: true, force: true });
  for (const command of part.commands) {
    // Whoever builds (a test, too) gets what is shipped: libraries have another face for development.
    const { status, output } = await run(command, { env: { ...process.env, NODE_ENV: 'production' } });
    if (status !== 0) throw new SetupError(`could not build the ${part.name}:\n${output}`);
  }
  const stamp = join(PROJECT, part.stamp);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

function readStamp(part) {
  try {
    return readFileSync(join(PROJECT, part.stamp), 'utf8');
  } catch {
    return undefined;
  }
}

/** Changes when an input is added, removed or written. */
function fingerprint(part) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (part.excludes.includes(path)) return;
    const stat = statSync(join(PROJECT, path), { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(join(PROJECT, path)).sort()) visit(`${path}/${name}`);
    } else {
      hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
    }
  };
  part.inputs.forEach(visit);
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(build);
