import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './world-apart.ts';

/** A host of its own: a network namespace with one address. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** What comes before a command that is to run there. */
  readonly enter: readonly string[];
  /** From now on nothing comes or leaves, and nobody is told. */
  cut(): void;
  heal(): void;
}

/** Hosts at one switch. The process itself is at it as well, with the address 10.77.0.1. */
export interface Network {
  host(name: string): Host;
  close(): void;
}

/** What each frame meets. */
export interface Weather {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  readonly seed: number;
}

const SUBNET = '10.77.0';
const FIRST = 10;

export async function openNetwork(
  networkSwitch: string,
  names: readonly string[],
  weather: Weather,
): Promise<Network> {
  const ends = ['here', ...names].map((_, index) => ({ ours: `p${index}`, theirs: `e${index}` }));
  command('ip', ['link', 'set', 'lo', 'up']);
  for (const { ours, theirs } of ends) {
    command('ip', ['link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs]);
  }
  command(networkSwitch, ['--prepare', ...ends.flatMap(({ ours, theirs }) => [ours, theirs])]);
  const holders = await Promise.all(names.map(() => openNamespace()));
  const pass = spawn(
    networkSwitch,
    [
      weather.delayMs * 1000,
      weather.jitterMs * 1000,
      weather.lossPercent * 10_000,
      weather.seed,
      ...ends.map(({ ours }) => ours),
    ].map(String),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(pass.stdout, 'data');

  command('ip', ['addr', 'add', `${SUBNET}.1/24`, 'dev', 'e0']);
  command('ip', ['link', 'set', 'e0', 'up']);
  const hosts = names.map((name, index): Host => {
    const address = `${SUBNET}.${FIRST + index}`;
    const pid = String(holders[index]?.pid);
    const enter = ['nsenter', '-t', pid, '-n'];
    const inside = (...args: string[]): void => command('nsenter', [...enter.slice(1), 'ip', ...args]);
    const [ours, theirs] = [`p${index + 1}`, `e${index + 1}`];
    command('ip', ['link', 'set', theirs, 'netns', pid]);
    inside('link', 'set', 'lo', 'up');
    inside('addr', 'add', `${address}/24`, 'dev', theirs);
    inside('link', 'set', theirs, 'up');
    const tell = (what: 'cut' | 'heal') => (): void => void pass.stdin.write(`${what} ${ours}\n`);
    return { name, address, enter, cut: tell('cut'), heal: tell('heal') };
  });
  for (const { ours } of ends) command('ip', ['link', 'set', ours, 'up']);

  return {
    host: (name) => {
      const host = hosts.find((one) => one.name === name);
      if (host === undefined) throw new Error(`no host ${name}`);
      return host;
    },
    close: () => {
      pass.stdin.end();
      for (const holder of holders) holder.kill('SIGKILL');
    },
  };
}

/** A process that keeps a network namespace. */
async function openNamespace(): Promise<ChildProcess> {
  const own = readlinkSync('/proc/self/ns/net');
  const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  await once(holder, 'spawn');
  const deadline = performance.now() + 5000;
  while (readlinkSync(`/proc/${holder.pid}/ns/net`) === own) {
    if (performance.now() > deadline) throw new Error('no network namespace came to be');
    await sleep(10);
  }
  return holder;
}
