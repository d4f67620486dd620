import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { findRedisServer } from '../../../src/machine/server-binary.ts';
import { compile } from '../../../bench/live/compile.ts';
import { findTestProgram } from '../../support/programs.ts';

const PROJECT = new URL('../../..', import.meta.url).pathname;
const INSIDE = 'AJIL_CHAOS_HOSTS_INSIDE';

/** Programs that the hosts need. */
export interface Programs {
  readonly redis: string;
  readonly haproxy: string;
  /** Our own switch, compiled. */
  readonly networkSwitch: string;
}

/** @returns what this machine lacks, in one line, or the programs */
export function findPrograms(): Programs | { readonly missing: string } {
  const redis = findRedisServer(process.env['PATH'] ?? '', PROJECT);
  const haproxy = findTestProgram('haproxy');
  const networkSwitch = compile(new URL('switch.c', import.meta.url));
  const missing = [
    redis === undefined && 'redis-server (npm run setup)',
    haproxy === undefined && 'haproxy (apt-get install haproxy)',
    networkSwitch === undefined && 'a C compiler (apt-get install gcc libc6-dev)',
    findTestProgram('ip') === undefined && 'ip (apt-get install iproute2)',
    flagsOf() === undefined &&
      'leave to make network namespaces: run it as root, or allow user namespaces (kernel.unprivileged_userns_clone=1, user.max_user_namespaces)',
  ].filter((one) => one !== false);
  if (redis === undefined || haproxy === undefined || networkSwitch === undefined || missing.length > 0) {
    return { missing: `this machine lacks ${missing.join(', ')}` };
  }
  return { redis, haproxy, networkSwitch };
}

/** What `unshare` needs for a network and an /etc/hosts of our own; undefined where it is not allowed. */
function flagsOf(): string[] | undefined {
  const apart = ['--net', '--mount'];
  return [apart, ['--user', '--map-root-user', ...apart]].find(
    (flags) => spawnSync('unshare', [...flags, 'true'], { stdio: 'ignore' }).status === 0,
  );
}

/**
 * Runs this process once more in a network of its own, which ends with it, and ends with its status. Resolves in the process
 * inside.
 */
export function enterWorldApart(): void {
  if (process.env[INSIDE] !== undefined) return;
  const { status } = spawnSync(
    'unshare',
    [...(flagsOf() ?? []), process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    {
      stdio: 'inherit',
      env: { ...process.env, [INSIDE]: '1', PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    },
  );
  process.exit(status ?? 1);
}

/** Names of hosts, for this world alone. @param file a place for the list */
export function nameHosts(file: string, hosts: Readonly<Record<string, string>>): void {
  const lines = Object.entries(hosts).map(([name, address]) => `${address} ${name}`);
  writeFileSync(file, ['127.0.0.1 localhost', ...lines, ''].join('\n'));
  command('mount', ['--bind', file, '/etc/hosts']);
}

/** Runs a program to its end. @throws with what it said */
export function command(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
