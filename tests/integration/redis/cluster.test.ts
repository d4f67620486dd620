import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportSubscriptions } from '../../../src/audience/export.ts';
import { newAlertId } from '../../../src/alerts/id.ts';
import { createMemberships } from '../../../src/audience/memberships.ts';
import { createSelection } from '../../../src/audience/selection.ts';
import { SHARDS, subscriptionId } from '../../../src/audience/shard.ts';
import { setBits } from '../../../src/audience/bitmap.ts';
import { createSubscriptionStore } from '../../../src/audience/subscriptions.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { isRedisAway } from '../../../src/redis/is-redis-away.ts';
import { keys } from '../../../src/redis/keys.ts';
import { isComplete } from '../../support/api-client.ts';
import { startPushService } from '../../support/push-service/start.ts';
import { ADDRESSES, reader } from '../../support/readers.ts';
import { startTestRedisCluster, type TestRedisCluster } from '../../support/redis-cluster.ts';
import { startStack } from '../../support/stack.ts';

let cluster: TestRedisCluster;
let redis: Redis;

beforeAll(async () => {
  cluster = await startTestRedisCluster();
  redis = connectRedis(cluster.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  await waitUntilReady(redis);
});
afterAll(async () => {
  await closeRedis(redis);
  await cluster.stop();
});

test('subscriptions are stored, changed, selected and read on a Redis Cluster, spread over its nodes', async () => {
  const store = createSubscriptionStore({ redis, addresses: ADDRESSES, now: Date.now });
  const readers = Array.from({ length: 400 }, (_, index) =>
    reader({ topics: [index % 4 === 0 ? 'sport' : 'world'] }),
  );
  expect(new Set(await store.putAll(readers))).toEqual(new Set(['created']));
  expect(new Set(await store.putAll(readers))).toEqual(new Set(['updated']));
  const sizes = await Promise.all(cluster.nodes.map((node) => node.dbsize()));
  expect(sizes.every((size) => size > 0)).toBe(true);

  const { address, preferences } = readers[1]!;
  const one = { ...address, endpoint: `${address.endpoint}1` };
  const put = await store.put(one, preferences);
  if (!('subscription' in put)) throw new Error('a new endpoint');
  const { id } = put.subscription;
  expect(await store.get(id, one.auth)).toMatchObject({ type: 'found' });
  expect(await store.get(id, randomBytes(16))).toEqual({ type: 'denied' });
  expect(await store.patch(id, one.auth, { topics: ['sport'] })).toMatchObject({
    subscription: { preferences: { topics: ['sport'] } },
  });
  expect(await store.count()).toBe(401);
  const query = { topics: ['sport'], urgency: 'urgent', lang: 'ar' } as const;
  expect(await store.estimate(query)).toBe(101);

  const selection = createSelection({ redis, addresses: ADDRESSES, now: Date.now });
  const endpoints: string[] = [];
  for (let shard = 0; shard < SHARDS; shard++) {
    const frozen = await selection.freeze({ name: 'a-1' }, shard, query, 60);
    const { members } = await selection.read(shard, setBits(frozen.all));
    endpoints.push(...members.map((member) => member.address.endpoint));
  }
  const wanted = readers.filter((_, index) => index % 4 === 0).map((wants) => wants.address.endpoint);
  expect(endpoints.sort()).toEqual([...wanted, one.endpoint].sort());

  expect(await store.remove(id, one.auth)).toMatchObject({ type: 'found' });
  expect(await store.get(id, one.auth)).toEqual({ type: 'missing' });
  let exported = 0;
  for await (const { lines } of exportSubscriptions({ redis, addresses: ADDRESSES }))
    exported += lines.length;
  expect(exported).toBe(400);
});

test('a story is followed, left and selected on a Redis Cluster', async () => {
  const addresses = ADDRESSES;
  const store = createSubscriptionStore({ redis, addresses, now: Date.now });
  const readers = Array.from({ length: 60 }, (_, index) =>
    reader({ topics: [index < 30 ? 'quake' : 'none'] }),
  );
  await store.putAll(readers);
  const idOf = (index: number): string => subscriptionId(readers[index]!.address.endpoint);
  const authOf = (index: number): Buffer => readers[index]!.address.auth;
  const memberships = createMemberships({ redis });
  const story = { id: newAlertId(Date.now()), keptUntilMs: Date.now() + 60_000 };
  const selection = createSelection({ redis, addresses, now: Date.now });
  const freeze = async (name: string, membersOnly: boolean): Promise<number> => {
    const query = { topics: ['quake'], urgency: 'urgent', lang: 'ar' } as const;
    const audience = { ...story, membersOnly, withoutLeavers: true };
    const counts = await Promise.all(
      Array.from({ length: SHARDS }, async (_, shard) => {
        const frozen = await selection.freeze({ name }, shard, { ...query, story: audience }, 60);
        if (!membersOnly) await selection.joinStory(name, shard, story);
        return setBits(frozen.all).length;
      }),
    );
    return counts.reduce((sum, count) => sum + count);
  };
  expect(await freeze('first-1', false)).toBe(30);
  expect(await memberships.set(idOf(0), authOf(0), story, false)).toEqual({ type: 'set' });
  expect(await memberships.set(idOf(40), authOf(40), story, true)).toEqual({ type: 'set' });
  await store.erase(idOf(1));
  expect(await freeze('second-1', true)).toBe(29);
  expect(await memberships.of(idOf(40), authOf(40))).toEqual({ type: 'found', stories: [story.id] });
});

test('the whole line runs on a Redis Cluster: readers subscribe, an alert reaches each once, the report adds up', async () => {
  await Promise.all(cluster.nodes.map((node) => node.flushall()));
  const service = await startPushService({});
  const stack = await startStack({ pushServices: [service], env: { REDIS_URL: cluster.url } });
  try {
    const applicationServerKey = stack.vapidPublicKey;
    const subscriptions = await service.createSubscriptions(40, { applicationServerKey });
    await stack.api.subscribeAll(subscriptions);
    const alert = await stack.api.createAlert({ headline: 'عاجل: على ثلاث عقد' });
    const report = await stack.api.waitForReport(alert.id, isComplete);
    expect(report.outcomes).toMatchObject({ pending: 0, accepted: 40 });
    const received = await Promise.all(subscriptions.map(({ endpoint }) => service.received(endpoint)));
    expect(received.map((messages) => messages.length)).toEqual(subscriptions.map(() => 1));
    const cores = await Promise.all(
      cluster.nodes.map((node) => node.exists(keys.alert(alert.id)).catch(() => 0)),
    );
    expect(cores.reduce((sum, there) => sum + there, 0)).toBe(1);
  } catch (error) {
    throw new Error(stack.logs(), { cause: error });
  } finally {
    await stack.stop();
    await service.stop();
  }
});

test('a cluster whose nodes are gone is Redis being away, and is told at once', async () => {
  await cluster.stop();
  const store = createSubscriptionStore({ redis, addresses: ADDRESSES, now: Date.now });
  for (let round = 0; round < 3; round++) {
    const error: unknown = await store.count().catch((fault: unknown) => fault);
    expect([String(error), isRedisAway(error)]).toEqual([String(error), true]);
  }
});
