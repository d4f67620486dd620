import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedisServer } from '../../src/machine/server-binary.ts';
import { freePorts } from './free-ports.ts';

export interface TestRedisCluster {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** A connection to each node. */
  readonly nodes: readonly Redis[];
  /** SIGSTOP: the machine is frozen, or was cut off: its connections stay open, and nothing comes. */
  freeze(node: number): void;
  stop(): Promise<void>;
}

const PROJECT = new URL('../..', import.meta.url).pathname;
const NODES = 3;
const SLOTS = 16_384;
const READY_MS = 15_000;

/** Where the core's slot lies: CRC16 of `ajil`, 14 bits, is in the last third. */
export const CORE_NODE = 2;

/**
 * A real Redis Cluster of three nodes on loopback, in memory.
 * @param options.replicaOf a fourth node takes over from the one of this number, two seconds after it was last heard of
 */
export async function startTestRedisCluster(options: { replicaOf?: number } = {}): Promise<TestRedisCluster> {
  const { replicaOf } = options;
  const size = NODES + (replicaOf === undefined ? 0 : 1);
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT);
  if (binary === undefined) throw new Error('no redis-server: run `npm run setup`');
  const dir = await mkdtemp(join(tmpdir(), 'ajil-cluster-'));
  const ports = await freePorts(2 * size);
  const nodes: { port: number; bus: number; child: ChildProcess; redis: Redis }[] = [];
  for (let index = 0; index < size; index++) {
    const [port = 0, bus = 0] = ports.slice(2 * index);
    const home = join(dir, String(port));
    await mkdir(home);
    const settings = {
      port,
      bind: '127.0.0.1',
      dir: home,
      save: '',
      'cluster-enabled': 'yes',
      'cluster-port': bus,
      'cluster-node-timeout': replicaOf === undefined ? 5000 : 2000,
      'repl-diskless-sync-delay': 0,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(binary, args, { stdio: 'ignore' });
    const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 20 });
    redis.on('error', () => undefined); // until it listens
    nodes.push({ port, bus, child, redis });
  }
  const stop = async (): Promise<void> => {
    for (const { redis } of nodes) redis.disconnect();
    await Promise.all(
      nodes.map(async ({ child }) => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }),
    );
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await formCluster(nodes);
    if (replicaOf !== undefined) await replicate(nodes[NODES]?.redis, nodes[replicaOf]?.redis);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes: nodes.map(({ redis }) => redis),
    freeze: (node) => void nodes[node]?.child.kill('SIGSTOP'),
    stop,
  };
}

/** Shares the slots out and makes the nodes known to each other, as `redis-cli --cluster create` does. */
async function formCluster(nodes: readonly { port: number; bus: number; redis: Redis }[]): Promise<void> {
  const [first] = nodes;
  for (const [index, { redis }] of nodes.entries()) {
    const from = Math.floor((SLOTS * index) / NODES);
    const to = Math.floor((SLOTS * (index + 1)) / NODES);
    if (index < NODES) {
      await redis.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot));
    }
    if (first !== undefined && index > 0) {
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', first.port, first.bus);
    }
  }
  const deadline = performance.now() + READY_MS;
  const infos = () => Promise.all(nodes.map(({ redis }) => redis.cluster('INFO')));
  while (!(await infos()).every((info) => info.includes('cluster_state:ok'))) {
    if (performance.now() > deadline)
      throw new Error(`the cluster did not form: ${(await infos()).join('\n')}`);
    await sleep(50);
  }
}

async function replicate(replica?: Redis, master?: Redis): Promise<void> {
  const id = String(await master?.call('CLUSTER', 'MYID'));
  const deadline = performance.now() + READY_MS;
  // The new node must have heard of the other first.
  while ((await replica?.call('CLUSTER', 'REPLICATE', id).catch(() => '')) !== 'OK') {
    if (performance.now() > deadline) throw new Error('the replica does not know its master');
    await sleep(50);
  }
  while (!(await replica?.info('replication'))?.includes('master_link_status:up')) {
    if (performance.now() > deadline) throw new Error('the replica did not follow its master');
    await sleep(50);
  }
}

/** The number of the node that has a key's slot, as the slots are shared out here. */
export async function nodeOf(cluster: TestRedisCluster, key: string): Promise<number> {
  const slot = Number(await cluster.nodes[0]?.call('CLUSTER', 'KEYSLOT', key));
  return Array.from({ length: NODES }, (_, index) => index).findIndex(
    (index) => slot < Math.floor((SLOTS * (index + 1)) / NODES),
  );
}
