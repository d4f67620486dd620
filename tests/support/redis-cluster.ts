import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedisServer } from '../../src/redis/server-binary.ts';
import { freePorts } from './free-ports.ts';

export interface TestRedisCluster {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** A connection to each node. */
  readonly nodes: readonly Redis[];
  stop(): Promise<void>;
}

const PROJECT = new URL('../..', import.meta.url).pathname;
const NODES = 3;
const SLOTS = 16_384;
const READY_MS = 15_000;

/** A real Redis Cluster of three nodes on loopback, in memory. */
export async function startTestRedisCluster(): Promise<TestRedisCluster> {
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT);
  if (binary === undefined) throw new Error('no redis-server: run `npm run setup`');
  const dir = await mkdtemp(join(tmpdir(), 'ajil-cluster-'));
  const ports = await freePorts(2 * NODES);
  const nodes: { port: number; bus: number; child: ChildProcess; redis: Redis }[] = [];
  for (let index = 0; index < NODES; index++) {
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
      'cluster-node-timeout': 5000,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(binary, options, { stdio: 'ignore' });
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
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes: nodes.map(({ redis }) => redis),
    stop,
  };
}

/** Shares the slots out and makes the nodes known to each other, as `redis-cli --cluster create` does. */
async function formCluster(nodes: readonly { port: number; bus: number; redis: Redis }[]): Promise<void> {
  const [first] = nodes;
  for (const [index, { redis }] of nodes.entries()) {
    const from = Math.floor((SLOTS * index) / NODES);
    const to = Math.floor((SLOTS * (index + 1)) / NODES);
    await redis.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot));
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
