import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, run } from '../project.mjs';
import { CONTAINERS } from './folder.mjs';

/** Packages of the npm registry that hold a Node of the version in our Dockerfile, and npm. */
const NODE = `node-linux-${process.arch}@24.22.3`;
const NPM = 'npm@11.21.2';

/** What an image of Node has in `/usr/local`. */
export const NODE_HOME = join(CONTAINERS, 'node-home');

/** @throws {SetupError} when the npm registry does not give it */
export async function fetchNode() {
  if (existsSync(NODE_HOME)) return;
  const part = mkdtempSync(join(CONTAINERS, 'part-node-'));
  try {
    const home = join(part, 'home');
    await unpack(NODE, part, home);
    const npm = join(home, 'lib/node_modules/npm');
    await unpack(NPM, part, npm);
    for (const name of ['npm', 'npx'])
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(home, 'bin', name));
    renameSync(home, NODE_HOME);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

async function unpack(name, part, target) {
  const archives = join(part, 'archives');
  mkdirSync(archives);
  const packed = await run(['npm', 'pack', '--silent', name], { cwd: archives });
  if (packed.status !== 0)
    throw new SetupError(`cannot test the containers: npm has no ${name}: ${packed.output.trim()}`);
  const [archive = ''] = readdirSync(archives);
  mkdirSync(target, { recursive: true });
  const options = ['--no-same-owner', '--strip-components=1', '-C', target];
  const { status, output } = await run(['tar', '-xzf', join(archives, archive), ...options]);
  if (status !== 0) throw new SetupError(`cannot unpack ${name}: ${output}`);
  rmSync(archives, { recursive: true });
}
