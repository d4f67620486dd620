import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { firstVersion, MAX_LIFE_MS } from '../../../src/alerts/versions.ts';
import { setBits } from '../../../src/audience/bitmap.ts';
import { createSelection, type FrozenName } from '../../../src/audience/selection.ts';
import { SHARDS, subscriptionId } from '../../../src/audience/shard.ts';
import type { SubscriptionStore } from '../../../src/audience/subscriptions.ts';
import { deliveryLife } from '../../../src/delivery/delivery-times.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { ADDRESSES, neighbourOf, reader, shardOf } from '../../support/readers.ts';
import { openTestStore, type TestStore } from '../../support/subscription-store.ts';

const QUERY = { topics: ['world'], urgency: 'urgent', lang: 'ar' } as const;
let world: TestStore;
let redis: Redis;
let store: SubscriptionStore;

beforeAll(async () => {
  world = await openTestStore();
  ({ redis, store } = world);
});
beforeEach(() => redis.flushall());
afterAll(() => world.close());

async function audienceOf(
  name: FrozenName,
  query: Parameters<SubscriptionStore['estimate']>[0],
): Promise<string[]> {
  const selection = createSelection({ redis, addresses: ADDRESSES, now: Date.now });
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) =>
      selection.read(shard, setBits((await selection.freeze(name, shard, query, 60)).all)),
    ),
  );
  return shards
    .flatMap(({ members }) => members)
    .map((member) => member.address.endpoint)
    .sort();
}

test('an alert is for who follows one of its topics, hears its urgency and speaks its language', async () => {
  const wanted = [
    reader(),
    reader({ topics: ['sport', 'world'], urgency: 'urgent' }),
    reader({ lang: 'ar-EG' }),
    reader({ topics: ['ukraine'] }),
  ];
  const others = [reader({ topics: ['sport'] }), reader({ urgency: 'flash' }), reader({ lang: 'en' })];
  await store.putAll([...wanted, ...others]);
  const query = { ...QUERY, topics: ['world', 'ukraine'] };
  expect(await audienceOf({ name: 'a-1' }, query)).toEqual(wanted.map((one) => one.address.endpoint).sort());
  expect(await store.estimate(query)).toBe(wanted.length);
  const flash = await audienceOf({ name: 'b-1' }, { ...query, urgency: 'flash' });
  expect(flash).toHaveLength(wanted.length + 1);
});

test('once frozen, an audience stays as it was; who has left by then is not read', async () => {
  const stays = reader();
  const leaves = neighbourOf(stays);
  const turnsAway = neighbourOf(stays);
  await store.putAll([stays, leaves, turnsAway]);
  expect(await audienceOf({ name: 'a-1' }, QUERY)).toHaveLength(3);
  await store.putAll([
    neighbourOf(stays),
    { ...turnsAway, preferences: { topics: ['sport'], urgency: 'normal' } },
  ]);
  await store.erase(subscriptionId(leaves.address.endpoint));
  const left = [stays.address.endpoint, turnsAway.address.endpoint].sort();
  expect(await audienceOf({ name: 'a-1' }, QUERY)).toEqual(left);
  // A correction goes to whoever got the alert, and to who follows its topics now.
  expect(await audienceOf({ name: 'a-2', earlier: 'a-1' }, QUERY)).toHaveLength(3);
});

test('an empty audience leaves no key behind', async () => {
  expect(await audienceOf({ name: 'a-1' }, QUERY)).toEqual([]);
  expect(await redis.dbsize()).toBe(0);
});

const DAY_MS = 86_400_000;
/** The longest that an alert's audience is kept. */
const LONGEST_MS =
  deliveryLife({
    ...firstVersion('a', { ...QUERY, headline: 'x', topics: ['world'] }, 'editor', 0),
    expiresAt: new Date(MAX_LIFE_MS).toISOString(),
  }).keepSeconds * 1000;

test('a freed slot is not given to another while an audience may name it, and is afterwards', async () => {
  const leaves = reader();
  await store.putAll([leaves]);
  await audienceOf({ name: 'a-1' }, QUERY);
  await store.erase(subscriptionId(leaves.address.endpoint));
  await store.putAll([neighbourOf(leaves)]);
  await world.storeAfter(LONGEST_MS).putAll([neighbourOf(leaves)]);
  expect(await audienceOf({ name: 'a-1' }, QUERY)).toEqual([]);
  // Redis has the audience still: less than a minute has passed for it.
  const heir = neighbourOf(leaves);
  await world.storeAfter(LONGEST_MS + 2 * DAY_MS).putAll([heir]);
  expect(await audienceOf({ name: 'a-1' }, QUERY)).toEqual([heir.address.endpoint]);
});

test('who gets the slot of a reader who left gets no correction of what that reader got, however many there were', async () => {
  const leaves = reader();
  const stays = neighbourOf(leaves);
  await store.putAll([leaves, stays]);
  await audienceOf({ name: 'a-1' }, QUERY);
  await store.erase(subscriptionId(leaves.address.endpoint));
  // Who only turns away still gets them.
  await store.put(stays.address, { topics: ['sport'], urgency: 'normal' });
  // Each is frozen while the slot rests, from the one before.
  await audienceOf({ name: 'a-2', earlier: 'a-1' }, QUERY);
  await audienceOf({ name: 'a-3', earlier: 'a-2' }, QUERY);
  const heir = neighbourOf(leaves, { topics: ['sport'] });
  await world.storeAfter(LONGEST_MS + 2 * DAY_MS).putAll([heir]);
  expect(await redis.hget(keys.shard(shardOf(leaves), 'meta'), 'next')).toBe('2');
  expect(await audienceOf({ name: 'a-4', earlier: 'a-3' }, QUERY)).toEqual([stays.address.endpoint]);
});

test('an alert to one reader in a hundred reads one record in a hundred', async () => {
  const readers = Array.from({ length: 6400 }, (_, index) =>
    reader({ topics: index % 100 === 0 ? ['world', 'ukraine'] : ['world'] }),
  );
  await store.putAll(readers);
  const outBytes = async (): Promise<number> =>
    Number(/total_net_output_bytes:(\d+)/.exec(await redis.info('stats'))?.[1]);
  const read = async (topic: string): Promise<number> => {
    const ofAsking = -(await outBytes()) + (await outBytes());
    const before = await outBytes();
    await audienceOf({ name: `${topic}-1` }, { ...QUERY, topics: [topic] });
    return (await outBytes()) - before - ofAsking;
  };
  const all = await read('world');
  expect(all).toBeGreaterThan(6400 * 200);
  expect(await read('ukraine')).toBeLessThan(0.03 * all);
});
