import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exportSubscriptions } from '../../../src/audience/export.ts';
import { preferencesSchema } from '../../../src/audience/schema.ts';
import { subscriptionId } from '../../../src/audience/shard.ts';
import type { SubscriptionStore } from '../../../src/audience/subscriptions.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { ADDRESSES, neighbourOf, reader, shardOf } from '../../support/readers.ts';
import { openTestStore, type TestStore } from '../../support/subscription-store.ts';

let world: TestStore;
let redis: Redis;
let store: SubscriptionStore;

beforeAll(async () => {
  world = await openTestStore();
  ({ redis, store } = world);
});
beforeEach(() => redis.flushall());
afterAll(() => world.close());

/** What is kept of who wants what. */
const setsOf = async (shard: number): Promise<string[]> =>
  (await redis.keys(`{ajil:${shard}}:in:*`)).map((key) => key.split(':in:')[1]!).sort();

/** Commands that Redis has done, those that scripts asked for as well. */
async function commands(): Promise<number> {
  const counts = (await redis.info('commandstats')).matchAll(/calls=(\d+)/g);
  return [...counts].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

/** The least of three times: a connection that asks whether Redis is there adds its own. */
async function commandsOf(work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let times = 0; times < 3; times++) {
    const ofAsking = -(await commands()) + (await commands());
    const before = await commands();
    await work();
    counts.push((await commands()) - before - ofAsking);
  }
  return Math.min(...counts);
}

async function exportAll(): Promise<string[]> {
  const lines: string[] = [];
  for await (const part of exportSubscriptions({ redis: redis, addresses: ADDRESSES }))
    lines.push(...part.lines);
  return lines;
}

test('however many languages there are, no call does more than without them', async () => {
  const one = reader({ lang: 'ar' });
  const id = subscriptionId(one.address.endpoint);
  const work = async (): Promise<void> => {
    await store.put(one.address, one.preferences);
    await store.get(id, one.address.auth);
    await store.patch(id, one.address.auth, { urgency: 'flash' });
    await store.remove(id, one.address.auth);
    await store.put(one.address, one.preferences);
    // Of a page, whatever is in it.
    await exportAll();
  };
  // Of the same sets, so that none is ever empty.
  await store.putAll([neighbourOf(one, { lang: 'ar' })]);
  await work();
  const few = await commandsOf(work);
  // No more than leave the shard with one page.
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
  await store.putAll(letters.map((letter) => neighbourOf(one, { lang: `qa${letter}-EG` })));
  expect(await setsOf(shardOf(one))).toHaveLength(5 + letters.length);
  expect(await commandsOf(work)).toBe(few);
});

test('who leaves, or turns elsewhere, takes along the sets that nobody else is in', async () => {
  const stays = reader({ topics: ['world'], lang: 'ar-EG', urgency: 'flash' });
  const leaves = neighbourOf(stays, { topics: ['world', 'sport'], lang: 'ku-Arab-IQ', urgency: 'normal' });
  const any = neighbourOf(stays, { topics: ['politics'], urgency: 'urgent' });
  const shard = shardOf(stays);
  const ofStays = ['l:ar', 't:world', 'u:flash'];
  await store.putAll([stays, leaves, any]);
  const ofAll = [...ofStays, 'l:*', 'l:ku', 't:politics', 't:sport', 'u:normal', 'u:urgent'].sort();
  expect(await setsOf(shard)).toEqual(ofAll);

  await store.remove(subscriptionId(leaves.address.endpoint), leaves.address.auth);
  await store.erase(subscriptionId(any.address.endpoint));
  expect(await setsOf(shard)).toEqual(ofStays);
  await store.put(stays.address, { topics: ['sport'], lang: 'en', urgency: 'flash' });
  expect(await setsOf(shard)).toEqual(['l:en', 't:sport', 'u:flash']);
  await store.put(stays.address, { topics: ['sport'], urgency: 'flash' });
  expect(await setsOf(shard)).toEqual(['l:*', 't:sport', 'u:flash']);
  await store.erase(subscriptionId(stays.address.endpoint));
  expect(await setsOf(shard)).toEqual([]);
  expect(await redis.exists(`{ajil:${shard}}:sets`)).toBe(0);
});

test.each(['ar', 'ar-EG', 'arz', 'zh-Hant-TW', 'PT-br'])('%s can be a reader’s language', (lang) => {
  expect(preferencesSchema.safeParse({ topics: ['world'], lang }).success).toBe(true);
});

test.each(['abcde', 'abcdefgh-EG', 'a', 'no such', ''])('“%s” is nobody’s language', (lang) => {
  expect(preferencesSchema.safeParse({ topics: ['world'], lang }).success).toBe(false);
});
