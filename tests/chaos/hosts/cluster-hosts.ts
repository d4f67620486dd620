import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keys } from '../../../src/redis/keys.ts';
import type { Host } from './network.ts';
import { actions, replicasOn, until, type RedisHosts } from './redis-hosts.ts';
import { openRedis, REDIS_PORT, type HostRedis } from './redis-server.ts';

/** A node as another one sees it. */
interface Seen {
  readonly id: string;
  readonly address: string;
  readonly flags: readonly string[];
  readonly masterId: string;
  /** First and last slots of its ranges. */
  readonly slots: readonly (readonly [number, number])[];
}

/** A Redis Cluster of as many masters as replicas. */
export async function startClusterHosts(
  binary: string,
  hosts: readonly Host[],
  dir: string,
): Promise<RedisHosts> {
  const lines = ['cluster-enabled yes', 'cluster-node-timeout 2000'];
  const servers = await Promise.all(hosts.map((host) => openRedis(binary, host, dir, lines)));
  const addresses = hosts.map(({ address }) => `${address}:${REDIS_PORT}`);
  await until(async () => (await Promise.all(servers.map(isUp))).every(Boolean));
  const { status, stdout } = spawnSync(
    join(dirname(binary), 'redis-cli'),
    ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the cluster did not form: ${stdout}`);
  const core = Number(await servers[0]?.asked.call('CLUSTER', 'KEYSLOT', keys.outbox));

  async function views(): Promise<Seen[][]> {
    const texts = await Promise.all(
      servers.map(({ asked }) => asked.call('CLUSTER', 'NODES').catch(() => undefined)),
    );
    return texts.filter((text) => text !== undefined).map((text) => readNodes(String(text)));
  }
  const hostAt = (address: string | undefined): Host | undefined =>
    hosts.find((host) => host.address === address);

  async function master(): Promise<Host> {
    for (;;) {
      const owners = (await views()).map((nodes) => nodes.find((node) => isAlive(node) && has(node, core)));
      const found = hosts.find(
        ({ address }) => owners.filter((owner) => owner?.address === address).length > hosts.length / 2,
      );
      if (found !== undefined) return found;
      await sleep(100);
    }
  }

  async function isWhole(): Promise<boolean> {
    const seen = await views();
    if (seen.length < hosts.length || !seen.flat().every(isAlive)) return false;
    const masters = seen[0]?.filter(({ slots }) => slots.length > 0) ?? [];
    const replicas = await Promise.all(
      masters.flatMap(({ address }) => hostAt(address) ?? []).map((host) => replicasOn(servers, host)),
    );
    return replicas.length === hosts.length / 2 && replicas.every((count) => count === 1);
  }

  return {
    ...actions(servers),
    url: `redis-cluster://${addresses.join(',')}`,
    master,
    replicasOf: async ({ address }) => {
      const [nodes = []] = await views();
      const own = nodes.find((node) => node.address === address);
      return nodes
        .filter(({ masterId }) => masterId === own?.id)
        .flatMap((node) => hostAt(node.address) ?? []);
    },
    whole: () => until(isWhole),
    stop: () => {
      for (const server of servers) server.stop();
    },
  };
}

const isUp = ({ asked }: HostRedis): Promise<boolean> =>
  asked.ping().then(
    () => true,
    () => false,
  );

const isAlive = ({ flags }: Seen): boolean =>
  !flags.some((flag) => ['fail', 'fail?', 'noaddr', 'handshake'].includes(flag));

const has = ({ slots }: Seen, slot: number): boolean =>
  slots.some(([first, last]) => first <= slot && slot <= last);

/** https://redis.io/docs/latest/commands/cluster-nodes/ */
function readNodes(text: string): Seen[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', at = '', flags = '', masterId = '', , , , , ...slots] = line.split(' ');
      const ranges = slots.filter((range) => !range.startsWith('['));
      return {
        id,
        address: at.split(':')[0] ?? '',
        flags: flags.split(','),
        masterId,
        slots: ranges.map((range): [number, number] => {
          const [first, last = first] = range.split('-');
          return [Number(first), Number(last)];
        }),
      };
    });
}
