import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT, SetupError, run } from '../project.mjs';
import { CONTAINERS, rootFile } from './folder.mjs';
import { containerTool } from './roots.mjs';

const DATA = join(CONTAINERS, 'data');
const CGROUP = 'ajil-containers';
const PATIENCE_MS = 60_000;

/**
 * Starts Docker's engine with namespaces of its own: no address, no rule of a firewall and no mount of it is seen outside,
 * and all of it ends with this process, however that ends.
 * @returns `pid` of its first process, whose namespaces hold all; `run` runs a program in its root file system
 * @throws {SetupError} with the engine's reason
 */
export async function startEngine() {
  await removeWhatIsLeft();
  mkdirSync(DATA, { recursive: true });
  const start = [
    join(PROJECT, 'scripts/lib/containers/engine-start'),
    rootFile('engine'),
    DATA,
    PROJECT,
    CGROUP,
  ];
  const namespaces = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child'];
  const engine = startBound([...namespaces, ...start]);
  const children = [engine];
  const stop = async () => {
    await Promise.all(children.map(({ end }) => end()));
    await removeWhatIsLeft();
  };
  try {
    const pid = await firstChildOf(engine);
    const enter = ['nsenter', `--target=${pid}`, '--mount', '--net', '--pid', '--root'];
    const inside = (command, options = {}) => run([...enter, ...command], options);
    children.push(
      startBound([containerTool('slirp4netns'), '--configure', '--disable-host-loopback', `${pid}`, 'tap0']),
    );
    await untilReady(engine, inside);
    return { pid, run: inside, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A process that dies with this one. */
function startBound(command) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-20_000)));
  }
  const ended = once(child, 'exit').catch((error) => (output += error.message));
  const isOver = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const end = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid, isOver, end, output: () => output.trim() };
}

async function firstChildOf(parent) {
  return until(parent, () => {
    const [pid] = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').split(' ');
    // Before it is tini, its root is this machine's.
    return pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('tini')
      ? Number(pid)
      : undefined;
  });
}

function untilReady(engine, inside) {
  return until(engine, async () => {
    const { status } = await inside(['docker', 'version']);
    return status === 0 ? true : undefined;
  });
}

async function until(engine, ask) {
  const deadline = performance.now() + PATIENCE_MS;
  while (!engine.isOver() && performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(100);
  }
  const reason = engine.output().split('\n').at(-1);
  throw new SetupError(`cannot test the containers: Docker’s engine does not start: ${reason}`);
}

/** Of this run, or of one that was killed. */
async function removeWhatIsLeft() {
  rmSync(DATA, { recursive: true, force: true });
  const roots = ['/sys/fs/cgroup', ...foldersIn('/sys/fs/cgroup')];
  const left = () => roots.map((root) => join(root, CGROUP)).filter((folder) => existsSync(folder));
  // A group is busy until its last process has left it.
  for (let tries = 0; tries < 50 && left().length > 0; tries += 1) {
    for (const folder of left()) removeGroup(folder);
    await sleep(100);
  }
}

function foldersIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

function removeGroup(folder) {
  try {
    for (const inner of foldersIn(folder)) removeGroup(inner);
    rmdirSync(folder);
  } catch (error) {
    if (!['EBUSY', 'ENOENT', 'ENOTEMPTY'].includes(error.code)) throw error;
  }
}
