import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { childrenOf } from './machine.ts';
import { accepting } from './nginx.ts';
import { findTestProgram } from './programs.ts';

/** What pushpin itself starts, beside its own programs. */
const LIBRARY = '/usr/lib/pushpin';
const PROGRAMS = ['pushpin', 'condure', 'zurl'];

/** Whether Pushpin is here (Debian: pushpin). Its parts know each other by the system's folders, so that it must be installed. */
export const hasPushpin = (): boolean =>
  existsSync(LIBRARY) && PROGRAMS.every((name) => findTestProgram(name) !== undefined);

export interface TestPushpin {
  /** Where readers come. */
  readonly port: number;
  /** Where it takes publications. */
  readonly publishUrl: string;
  readonly key: string;
  /** Of the process that started the others. */
  readonly pid: number;
  log(): Promise<string>;
  /** SIGKILL of all its processes, and a new start on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A Pushpin of its own in front of servers on this machine.
 * @param options.origins ports of the servers; the first that answers gets a request
 * @param options.core the CPU that it is pinned to
 */
export async function startPushpin(options: {
  origins: readonly number[];
  key: string;
  maxConnections?: number;
  core?: number | undefined;
  logLevel?: number;
}): Promise<TestPushpin> {
  const dir = await mkdtemp(join(tmpdir(), 'ajil-pushpin-'));
  const [port = 0, publishPort = 0] = await freePorts(2);
  await mkdir(join(dir, 'run'));
  await mkdir(join(dir, 'log'));
  await cp(join(LIBRARY, 'runner'), join(dir, 'lib/runner'), { recursive: true });
  const internal = await readFile(join(LIBRARY, 'internal.conf'), 'utf8');
  // Debian runs zurl for itself; here it is one of Pushpin's own.
  const own = internal.replaceAll('/var/run/zurl/', '{rundir}/{ipc_prefix}');
  await writeFile(join(dir, 'lib/internal.conf'), own);
  await writeFile(join(dir, 'routes'), `* ${options.origins.map((at) => `127.0.0.1:${at}`).join(' ')}\n`);
  await writeFile(join(dir, 'pushpin.conf'), configuration(dir, { port, publishPort, ...options }));

  let child: ChildProcess;
  async function start(): Promise<void> {
    const command = ['pushpin', '--config', join(dir, 'pushpin.conf')];
    if (options.core !== undefined) command.unshift('taskset', '-c', String(options.core));
    child = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore', cwd: dir });
    await accepting(port);
    await accepting(publishPort);
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // Each of its parts has a process group of its own, and would stay.
    const parts = childrenOf(child.pid ?? 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const part of parts) process.kill(part, 'SIGKILL');
  }
  await start();
  return {
    port,
    publishUrl: `http://127.0.0.1:${publishPort}`,
    key: options.key,
    get pid() {
      return child.pid ?? 0;
    },
    log: async () => {
      const names = ['pushpin-proxy', 'pushpin-handler'];
      const texts = names.map((name) => readFile(join(dir, `log/${name}.log`), 'utf8').catch(() => ''));
      return (await Promise.all(texts)).join('');
    },
    restart: async () => {
      await kill();
      await start();
    },
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configuration(
  dir: string,
  options: { port: number; publishPort: number; key: string; maxConnections?: number; logLevel?: number },
): string {
  return `
[global]
libdir=${join(dir, 'lib')}
include={libdir}/internal.conf
rundir=${join(dir, 'run')}
ipc_prefix=
port_offset=0
[runner]
services=condure,zurl,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:${options.port}
logdir=${join(dir, 'log')}
log_level=${options.logLevel ?? 2}
client_buffer_size=8192
client_maxconn=${options.maxConnections ?? 1000}
[proxy]
routesfile=${join(dir, 'routes')}
sig_key=${options.key}
x_forwarded_for=truncate:0,append
[handler]
push_in_spec=ipc://{rundir}/push-in
push_in_sub_specs=ipc://{rundir}/push-in-sub
push_in_http_addr=127.0.0.1
push_in_http_port=${options.publishPort}
command_spec=ipc://{rundir}/command
message_rate=0
message_hwm=0
message_wait=5000
id_cache_ttl=60
connection_subscription_max=20
stats_spec=ipc://{rundir}/stats
`;
}
