import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Host } from './network.ts';

/** Three hosts, each with a Redis and a Sentinel: one master, two replicas. */
export interface RedisHosts {
  /** For `REDIS_URL`. */
  readonly url: string;
  readonly hosts: readonly Host[];
  /** The host of the master, as most sentinels have it. */
  master(): Promise<Host>;
  /** SIGKILL of a host's Redis; its Sentinel lives on. */
  kill(host: Host): Promise<void>;
  restart(host: Host): void;
  /** Resolves when the master has both replicas. */
  whole(): Promise<void>;
  stop(): void;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;
const NAME = 'news';
const WHOLE_MS = 60_000;

/** As docs/operations.md says under Durability. */
const SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
  'min-replicas-to-write': '1',
  'min-replicas-max-lag': '2',
  'repl-timeout': '5',
  'repl-diskless-sync-delay': '0',
  'protected-mode': 'no',
  save: '',
};

export async function startRedisHosts(
  binary: string,
  hosts: readonly Host[],
  dir: string,
): Promise<RedisHosts> {
  const [first] = hosts;
  if (first === undefined) throw new Error('no hosts for Redis');
  const servers = new Map<Host, ChildProcess>();
  const sentinels: ChildProcess[] = [];
  const run = (host: Host, args: readonly string[]): ChildProcess => {
    const [enter = '', ...rest] = [...host.enter, binary, ...args];
    return spawn(enter, rest, { stdio: 'ignore' });
  };
  const homeOf = (host: Host): string => join(dir, host.name);

  function startServer(host: Host): void {
    servers.set(host, run(host, [join(homeOf(host), 'redis.conf')]));
  }

  for (const host of hosts) {
    await mkdir(homeOf(host));
    const settings = { ...SETTINGS, port: REDIS_PORT, bind: `${host.address} 127.0.0.1`, dir: homeOf(host) };
    const follows = host === first ? [] : [`replicaof ${first.address} ${REDIS_PORT}`];
    const lines = Object.entries(settings).map(([name, value]) => `${name} ${value || '""'}`);
    // Sentinel writes into it whom to follow.
    await writeFile(join(homeOf(host), 'redis.conf'), `${[...lines, ...follows].join('\n')}\n`);
    startServer(host);
  }
  for (const host of hosts) {
    const file = join(homeOf(host), 'sentinel.conf');
    const lines = [
      `port ${SENTINEL_PORT}`,
      'protected-mode no',
      `dir ${homeOf(host)}`,
      `sentinel monitor ${NAME} ${first.address} ${REDIS_PORT} 2`,
      `sentinel down-after-milliseconds ${NAME} 1500`,
      `sentinel failover-timeout ${NAME} 5000`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    sentinels.push(run(host, [file, '--sentinel']));
  }

  const asked = hosts.map((host) => open(host.address, SENTINEL_PORT));
  const known = new Map(hosts.map((host) => [host, open(host.address, REDIS_PORT)]));

  async function master(): Promise<Host> {
    for (;;) {
      const answers = await Promise.all(
        asked.map((one) => one.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME).catch(() => undefined)),
      );
      const addresses = answers.map((answer) => (answer as string[] | undefined)?.[0]);
      const found = hosts.find(
        ({ address }) => addresses.filter((one) => one === address).length > hosts.length / 2,
      );
      if (found !== undefined) return found;
      await sleep(100);
    }
  }

  return {
    url: `redis-sentinel://${hosts.map(({ address }) => `${address}:${SENTINEL_PORT}`).join(',')}/${NAME}`,
    hosts,
    master,
    kill: async (host) => {
      const server = servers.get(host);
      server?.kill('SIGKILL');
      if (server?.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
    restart: startServer,
    whole: async () => {
      const deadline = performance.now() + WHOLE_MS;
      for (;;) {
        const info = await known
          .get(await master())
          ?.info('replication')
          .catch(() => '');
        if (info?.match(/^slave\d+:.*state=online/gm)?.length === hosts.length - 1) return;
        if (performance.now() > deadline) throw new Error(`the replicas did not come back: ${info}`);
        await sleep(100);
      }
    },
    stop: () => {
      for (const redis of [...asked, ...known.values()]) redis.disconnect();
      for (const child of [...sentinels, ...servers.values()]) child.kill('SIGKILL');
    },
  };
}

/** Fails within a second while the host is away. */
function open(host: string, port: number): Redis {
  const redis = new Redis(port, host, {
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
    connectTimeout: 1000,
    socketTimeout: 1000,
    retryStrategy: () => 200,
  });
  redis.on('error', () => undefined);
  return redis;
}
