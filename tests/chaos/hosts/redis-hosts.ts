import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from './network.ts';
import { connectTo, openRedis, REDIS_PORT, type HostRedis } from './redis-server.ts';

/** Hosts with a Redis each: a master and its replicas. */
export interface RedisHosts {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** The host of the master that has the alerts, as most see it. */
  master(): Promise<Host>;
  /** Hosts of replicas that may take over from it. */
  replicasOf(master: Host): Promise<readonly Host[]>;
  kill(host: Host): Promise<void>;
  restart(host: Host): void;
  /** Resolves when no replica is missing. */
  whole(): Promise<void>;
  stop(): void;
}

const SENTINEL_PORT = 26_379;
const NAME = 'news';
const WHOLE_MS = 60_000;

/** One master, and a Sentinel on each host. */
export async function startSentinelHosts(
  binary: string,
  hosts: readonly Host[],
  dir: string,
): Promise<RedisHosts> {
  const [first] = hosts;
  if (first === undefined) throw new Error('no hosts for Redis');
  const servers: HostRedis[] = [];
  for (const host of hosts) {
    const follows = host === first ? [] : [`replicaof ${first.address} ${REDIS_PORT}`];
    servers.push(await openRedis(binary, host, dir, follows));
  }
  const sentinels = await Promise.all(
    servers.map(async ({ host, run }) => {
      const file = join(dir, host.name, 'sentinel.conf');
      const lines = [
        `port ${SENTINEL_PORT}`,
        'protected-mode no',
        `dir ${join(dir, host.name)}`,
        `sentinel monitor ${NAME} ${first.address} ${REDIS_PORT} 2`,
        `sentinel down-after-milliseconds ${NAME} 1500`,
        `sentinel failover-timeout ${NAME} 5000`,
      ];
      await writeFile(file, `${lines.join('\n')}\n`);
      return { child: run([file, '--sentinel']), asked: connectTo(host.address, SENTINEL_PORT) };
    }),
  );

  async function master(): Promise<Host> {
    for (;;) {
      const answers = await Promise.all(
        sentinels.map(({ asked }) =>
          asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME).catch(() => undefined),
        ),
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
    ...actions(servers),
    url: `redis-sentinel://${hosts.map(({ address }) => `${address}:${SENTINEL_PORT}`).join(',')}/${NAME}`,
    master,
    replicasOf: async (one) => hosts.filter((host) => host !== one),
    whole: () => until(async () => (await replicasOn(servers, await master())) === hosts.length - 1),
    stop: () => {
      for (const { asked, child } of sentinels) {
        asked.disconnect();
        child.kill('SIGKILL');
      }
      for (const server of servers) server.stop();
    },
  };
}

/** What is done to one host, whatever the others are. */
export function actions(servers: readonly HostRedis[]): Pick<RedisHosts, 'kill' | 'restart'> {
  const of = (host: Host): HostRedis | undefined => servers.find((server) => server.host === host);
  return { kill: async (host) => of(host)?.kill(), restart: (host) => of(host)?.start() };
}

/** How many replicas a host's Redis has that have all its data. */
export async function replicasOn(servers: readonly HostRedis[], host: Host): Promise<number> {
  const server = servers.find((one) => one.host === host);
  const info = (await server?.asked.info('replication').catch(() => '')) ?? '';
  return info.match(/^slave\d+:.*state=online/gm)?.length ?? 0;
}

export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WHOLE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('the replicas did not come back');
    await sleep(100);
  }
}
