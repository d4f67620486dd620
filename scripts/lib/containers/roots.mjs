import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createPackageSource, hasApt } from '../debian.mjs';
import { CACHE, PROJECT, SetupError, findProgram, isExecutable, progress, run } from '../project.mjs';
import { unpackProgram, unpackedProgram } from '../unpack-program.mjs';
import { CONTAINERS, rootFile } from './folder.mjs';
import { NODE_HOME, fetchNode } from './node.mjs';

/**
 * Debian's root file systems: the engine with Compose, and one for each image that our files start from. They stand for
 * images that cannot be fetched everywhere. What differs from the published ones: Valkey and Caddy are Debian's (8.1, 2.6).
 */
const ROOTS = [
  {
    name: 'engine',
    release: 'trixie',
    packages: [
      'docker.io',
      'docker-cli',
      'docker-compose',
      'docker-buildx',
      'iptables',
      'iproute2',
      'mount',
      'tini',
    ],
  },
  {
    name: 'valkey',
    release: 'trixie',
    packages: ['valkey-server', 'valkey-tools'],
    hooks: [copyValkeyStart],
  },
  { name: 'caddy', release: 'trixie', packages: ['caddy'] },
  {
    name: 'node-slim',
    release: 'bookworm',
    packages: ['passwd', 'libstdc++6'],
    hooks: [addNode, addNodeUser],
  },
  {
    name: 'node',
    release: 'bookworm',
    packages: ['passwd', 'gcc', 'g++', 'make', 'python3', 'libc6-dev'],
    hooks: [addNode, addNodeUser],
  },
];

/** What makes them, and what leads the engine's network outside. */
const TOOLS = ['mmdebstrap', 'slirp4netns'];
const PATIENCE_MS = 300_000;

/** A tool of ours: the system's, or the one in the cache. */
export function containerTool(name) {
  return findProgram(name) ?? unpackedProgram(name, name);
}

/** @throws {SetupError} with what cannot be had */
export async function fetchRoots() {
  const wanted = ROOTS.filter(({ name }) => !existsSync(rootFile(name)));
  if (!hasApt()) throw new SetupError('cannot test the containers: the engine comes from Debian packages');
  await fetchTools();
  if (wanted.length === 0) return;
  progress(`making ${wanted.map(({ name }) => name).join(', ')} of Debian’s packages in .cache/containers`);
  mkdirSync(CONTAINERS, { recursive: true });
  await fetchNode();
  for (const root of wanted) await makeRoot(root);
}

async function fetchTools() {
  const missing = TOOLS.filter((name) => !isExecutable(containerTool(name)));
  if (missing.length === 0) return;
  progress(`fetching ${missing.join(', ')} into ${CACHE.replace(`${PROJECT}/`, '')}`);
  const source = createPackageSource(AbortSignal.timeout(PATIENCE_MS));
  try {
    for (const name of missing) {
      const flavours = [{ packages: [name], programs: { [name]: `usr/bin/${name}` } }];
      await unpackProgram(source, { folder: name, flavours });
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`cannot test the containers: ${error.message.trim().split('\n').at(-1)}`);
  } finally {
    source.close();
  }
}

async function makeRoot({ name, release, packages, hooks = [] }) {
  const target = rootFile(name);
  const part = join(CONTAINERS, `part-${process.pid}-${name}${name === 'engine' ? '' : '.tar'}`);
  const options = [
    '--mode=root',
    '--variant=essential',
    `--include=${['ca-certificates', ...packages].join(',')}`,
  ];
  const command = [
    containerTool('mmdebstrap'),
    ...options,
    ...hooks.flatMap((hook) => hook()),
    release,
    part,
  ];
  try {
    const { status, output } = await run(command, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (status !== 0) throw new SetupError(`cannot test the containers: ${reasonOf(output)}`);
    renameSync(part, target);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** The line of mmdebstrap or apt that says why. */
function reasonOf(output) {
  const lines = output.trim().split('\n');
  return lines.findLast((line) => /^E: (?!mmdebstrap)/.test(line)) ?? lines.at(-1);
}

const hook = (text) => `--customize-hook=${text}`;

function copyValkeyStart() {
  const script = join(PROJECT, 'scripts/lib/containers/valkey-start');
  return [
    hook(`upload ${script} /usr/local/bin/valkey-start`),
    hook('chmod 755 "$1/usr/local/bin/valkey-start"'),
  ];
}

function addNode() {
  return [hook(`sync-in ${NODE_HOME} /usr/local`)];
}

function addNodeUser() {
  return [hook('chroot "$1" useradd --uid 1000 --create-home --shell /bin/sh node')];
}
