import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EditorAlert } from '../../../src/alerts/schema.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { createReplication, type Durability } from '../../../src/redis/durability.ts';
import { isRedisAway } from '../../../src/redis/is-redis-away.ts';
import { keys } from '../../../src/redis/keys.ts';
import { NotReplicatedError } from '../../../src/redis/not-replicated.ts';
import { isComplete } from '../../support/api-client.ts';
import { startPlainRedis, type PlainRedis } from '../../support/plain-redis.ts';
import { startPushService } from '../../support/push-service/start.ts';
import { CORE_NODE, startTestRedisCluster } from '../../support/redis-cluster.ts';
import { redisAt } from '../../support/redis.ts';
import { startStack, type Stack } from '../../support/stack.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const hash = keys.alert('one');
const stored = { in: 'hash', key: hash, field: 'v:1' } as const;

let servers: PlainRedis[];
let master: PlainRedis;
let replica: PlainRedis;
let redis: Redis;
let durability: Durability;

beforeEach(async () => {
  servers = await Promise.all([startPlainRedis(), startPlainRedis()]);
  [master, replica] = servers as [PlainRedis, PlainRedis];
  await follow(replica, master);
  redis = connectRedis(master.url, 'command', logger);
  await waitUntilReady(redis);
  durability = createReplication({ redis, logger, metrics: createMetrics('server'), waitMs: 2000 });
});
afterEach(async () => {
  await closeRedis(redis);
  await Promise.all(servers.map((server) => server.stop()));
});

async function follow(one: PlainRedis, other: PlainRedis): Promise<void> {
  await one.admin.call('REPLICAOF', '127.0.0.1', String(other.port));
  await expect
    .poll(() => one.admin.info('replication'), { timeout: 10_000 })
    .toContain('master_link_status:up');
}

const faultOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a write is confirmed once a replica has it', async () => {
  await master.admin.hset(hash, 'v:1', 'text');
  await master.admin.xadd(keys.audit, '*', 'hash', 'abc');
  await durability.confirm({ in: 'stream', key: keys.audit, hash: 'abc' });
  await durability.confirm(stored);
  expect(await replica.admin.hget(hash, 'v:1')).toBe('text');
});

test('a write that no replica takes is said to be stored here alone', async () => {
  await master.admin.hset(hash, 'v:1', 'text');
  await replica.admin.call('REPLICAOF', 'NO', 'ONE');
  const [one, two] = await Promise.all([
    faultOf(durability.confirm(stored)),
    faultOf(durability.confirm(stored)),
  ]);
  expect([one, two]).toEqual([expect.any(NotReplicatedError), expect.any(NotReplicatedError)]);
  expect(isRedisAway(one)).toBe(true);
  await follow(replica, master);
  await durability.confirm(stored);
});

test('a write that the new master never got is not confirmed by its replicas', async () => {
  const third = await startPlainRedis();
  servers.push(third);
  await replica.admin.call('REPLICAOF', 'NO', 'ONE');
  await master.admin.hset(hash, 'v:1', 'text');
  await follow(third, replica);
  const promoted = connectRedis(replica.url, 'command', logger);
  await waitUntilReady(promoted);
  const there = createReplication({ redis: promoted, logger, metrics: createMetrics('server') });
  const fault = await faultOf(there.confirm(stored));
  expect(fault).not.toBeInstanceOf(NotReplicatedError);
  expect([String(fault), isRedisAway(fault)]).toEqual([expect.stringContaining('new master'), true]);
  await closeRedis(promoted);
});

test('while Redis is away nothing is confirmed', async () => {
  await master.admin.hset(hash, 'v:1', 'text');
  await master.stop();
  servers = [replica];
  const fault = await faultOf(durability.confirm(stored));
  expect([String(fault), isRedisAway(fault)]).toEqual([String(fault), true]);
  expect(fault).not.toBeInstanceOf(NotReplicatedError);
});

const post = (stack: Stack, key: string, headline: string) =>
  stack.api.asEditor('/v1/alerts', {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: { headline, lang: 'ar', topics: ['world'] },
  });

test('without a replica an alert is answered 503 and sent once; the same key is answered 201 when the replica is back', async () => {
  const service = await startPushService({});
  const stack = await startStack({
    redis: redisAt(master.url),
    pushServices: [service],
    env: { DURABILITY: 'replicated' },
  });
  try {
    const { api } = stack;
    const applicationServerKey = stack.vapidPublicKey;
    const subscriptions = await service.createSubscriptions(20, { applicationServerKey });
    await api.subscribeAll(subscriptions);
    expect(await post(stack, randomUUID(), 'عاجل: على جهازين')).toMatchObject({ status: 201 });

    await replica.admin.call('REPLICAOF', 'NO', 'ONE');
    const key = randomUUID();
    const alone = await post(stack, key, 'عاجل: على جهاز واحد');
    expect(alone).toMatchObject({ status: 503, body: { type: expect.stringMatching(/\/not-replicated$/) } });
    expect(alone.headers.get('retry-after')).not.toBeNull();
    expect((await post(stack, key, 'عاجل: على جهاز واحد')).status).toBe(503);
    const { alerts } = (await api.call('/v1/alerts')).body as { alerts: EditorAlert[] };
    const { id = '' } = alerts.find(({ headline }) => headline.endsWith('واحد')) ?? {};
    // What nobody is told of is delivered all the same.
    await api.waitForReport(id, isComplete);

    await follow(replica, master);
    const again = await post(stack, key, 'عاجل: على جهاز واحد');
    expect(again).toMatchObject({ status: 201, body: { id } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const received = await Promise.all(subscriptions.map(({ endpoint }) => service.received(endpoint)));
    expect(received.map((messages) => messages.length)).toEqual(subscriptions.map(() => 2));
    const metrics = (await api.asEditor('/metrics')).body;
    expect(metrics).toMatch(/ajil_replicated_writes_total\{[^}]*result="late"[^}]*\} 2/);
    expect(stack.logs()).toContain('no replica has confirmed what was stored');
    expect(stack.logs()).toContain('min-replicas-to-write is 0');
  } catch (error) {
    throw new Error(stack.logs(), { cause: error });
  } finally {
    await stack.stop();
    await service.stop();
  }
});

test('on a Redis Cluster the node that holds the alerts is asked', { timeout: 60_000 }, async () => {
  const cluster = await startTestRedisCluster({ replicaOf: CORE_NODE });
  const stack = await startStack({ redis: redisAt(cluster.url), env: { DURABILITY: 'replicated' } });
  try {
    expect(await post(stack, randomUUID(), 'عاجل: على عقدتين')).toMatchObject({ status: 201 });
    // Its master becomes its replica.
    await cluster.nodes.at(-1)?.call('CLUSTER', 'FAILOVER');
    const [key, headline] = [randomUUID(), 'عاجل: على عقدتين أخريين'];
    await expect.poll(async () => (await post(stack, key, headline)).status, { timeout: 10_000 }).toBe(201);
    cluster.freeze(CORE_NODE);
    expect(await post(stack, randomUUID(), 'عاجل: على عقدة')).toMatchObject({
      status: 503,
      body: { type: expect.stringMatching(/\/not-replicated$/) },
    });
  } catch (error) {
    throw new Error(stack.logs(), { cause: error });
  } finally {
    await stack.stop();
    await cluster.stop();
  }
});
