import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRecordWriter } from '../../../src/audience/record-writer.ts';
import type { PreferencesPatch } from '../../../src/audience/schema.ts';
import { placeOf, subscriptionId } from '../../../src/audience/shard.ts';
import type { SubscriptionStore } from '../../../src/audience/subscriptions.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { ADDRESSES, reader } from '../../support/readers.ts';
import { openTestStore, type TestStore } from '../../support/subscription-store.ts';

let world: TestStore;
let redis: Redis;
let store: SubscriptionStore;
let one: ReturnType<typeof reader>;
let id: string;

beforeAll(async () => {
  world = await openTestStore();
  ({ redis, store } = world);
  // Redis knows the scripts from here on, so that each step is one command: what is asked in one turn of the event loop
  // comes to Redis in that order, and before anything that waits for an answer.
  await store.putAll([reader()]);
  const used = reader();
  await store.put(used.address, used.preferences);
  await store.patch(subscriptionId(used.address.endpoint), used.address.auth, { urgency: 'flash' });
  await store.remove(subscriptionId(used.address.endpoint), used.address.auth);
});
beforeEach(async () => {
  one = reader();
  id = subscriptionId(one.address.endpoint);
  await store.put(one.address, one.preferences);
});
afterAll(() => world.close());

test('of changes that are made at once none is lost', async () => {
  const { auth } = one.address;
  const changes: PreferencesPatch[] = [
    { topics: ['sport'] },
    { urgency: 'flash' },
    { lang: 'ku' },
    { dailyCap: 3 },
  ];
  const answers = await Promise.all(changes.map((change) => store.patch(id, auth, change)));
  expect(answers.map(({ type }) => type)).toEqual(changes.map(() => 'found'));
  expect(await store.get(id, auth)).toMatchObject({
    subscription: { preferences: { topics: ['sport'], urgency: 'flash', lang: 'ku', dailyCap: 3 } },
  });
});

test('who is erased while being changed stays erased', async () => {
  const [erased, changed, changedAgain] = await Promise.all([
    store.remove(id, one.address.auth),
    // Comes to Redis after the subscription is found, and before it is erased.
    store.patch(id, one.address.auth, { urgency: 'flash' }),
    store.remove(id, one.address.auth).then(() => store.patch(id, one.address.auth, { urgency: 'urgent' })),
  ]);
  expect([erased.type, changed.type, changedAgain.type]).toEqual(['found', 'found', 'missing']);
  expect(await store.get(id, one.address.auth)).toEqual({ type: 'missing' });
});

test('who comes back with another secret while being changed or erased keeps that, and what was chosen with it', async () => {
  const { remove } = createRecordWriter({ redis, addresses: ADDRESSES, now: Date.now });
  const place = placeOf(id)!;
  const back = { address: { ...one.address, auth: randomBytes(16) } };
  const [erased, , created, changed, erasedAgain] = await Promise.all([
    store.remove(id, one.address.auth),
    remove(place, one.address.auth),
    store.put(back.address, { topics: ['sport'], urgency: 'urgent' }),
    store.patch(id, one.address.auth, { urgency: 'flash' }),
    remove(place, one.address.auth),
  ]);
  expect([changed.type, erased.type, created.type, erasedAgain.isErased]).toEqual([
    'denied',
    'found',
    'created',
    false,
  ]);
  expect(await store.get(id, back.address.auth)).toMatchObject({
    subscription: { preferences: { topics: ['sport'], urgency: 'urgent' } },
  });
});
