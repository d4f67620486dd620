import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSubscriptionStore, type SubscriptionStore } from '../../../src/audience/subscriptions.ts';
import { subscriptionId } from '../../../src/audience/shard.ts';
import { reader } from '../../support/readers.ts';
import { openTestStore, type TestStore } from '../../support/subscription-store.ts';

let world: TestStore;
beforeAll(async () => {
  world = await openTestStore();
});
afterAll(() => world.close());

const QUIET = { start: '22:00', end: '06:00', timeZone: 'Asia/Riyadh' };

async function stored(preferences: Parameters<typeof reader>[0], store: SubscriptionStore = world.store) {
  const { preferences: chosen, ...keys } = reader(preferences);
  await store.put(keys, chosen);
  const id = subscriptionId(keys.endpoint);
  return {
    id,
    patch: (change: Parameters<SubscriptionStore['patch']>[2]) => store.patch(id, keys.auth, change),
  };
}

test('members of a patch are merged one by one, and null takes them out', async () => {
  const { patch } = await stored({ quietHours: QUIET, urgency: 'flash', dailyCap: 3 });
  expect(await patch({ quietHours: { end: '07:00' } })).toMatchObject({
    subscription: { preferences: { quietHours: { ...QUIET, end: '07:00' }, dailyCap: 3 } },
  });
  expect(await patch({ urgency: null })).toMatchObject({
    subscription: { preferences: { urgency: 'normal', dailyCap: 3 } },
  });
  expect(await patch({ quietHours: { end: null } })).toMatchObject({ type: 'invalid' });
  const bare = await patch({ quietHours: null, dailyCap: null });
  expect(bare).toMatchObject({ subscription: { preferences: { topics: ['world'], urgency: 'normal' } } });
  expect(await patch({ quietHours: { end: '07:00' } })).toMatchObject({ type: 'invalid' });
});

test('what was stored and is not read any more is left out by the next patch', async () => {
  const { patch } = await stored({ lang: 'qwer', quietHours: { ...QUIET, timeZone: 'Mars/Olympus' } });
  const patched = await patch({ dailyCap: 2 });
  expect(patched).toMatchObject({ type: 'found', subscription: { preferences: { dailyCap: 2 } } });
  expect(JSON.stringify(patched)).not.toMatch(/qwer|Mars/);
});

test('many patches of one subscription cost as many scripts as there are, and too many are told to wait', async () => {
  const { id, patch } = await stored({});
  const scripts = async (): Promise<number> =>
    [...(await world.redis.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
      (sum, [, calls]) => sum + Number(calls),
      0,
    );
  const before = await scripts();
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, index) => patch({ dailyCap: index + 1 })),
  );
  const done = results.filter(({ type }) => type === 'found').length;
  expect(done).toBeGreaterThan(5);
  expect(results.filter(({ type }) => type === 'busy')).toHaveLength(200 - done);
  expect((await scripts()) - before).toBeLessThanOrEqual(2 * done);
  expect(await world.store.get(id, Buffer.alloc(16))).toEqual({ type: 'denied' });
});

test('processes that patch the same subscription at once change it one after the other, or say that they could not', async () => {
  const other = createSubscriptionStore({ redis: world.redis, vapidKeyId: 'AAAAAA', now: Date.now });
  const { preferences, ...keys } = reader({});
  await world.store.put(keys, preferences);
  const id = subscriptionId(keys.endpoint);
  const results = await Promise.all(
    [world.store, other].flatMap((store) => [
      store.patch(id, keys.auth, { dailyCap: 4 }),
      store.patch(id, keys.auth, { urgency: 'flash' }),
      store.patch(id, keys.auth, { lang: 'ar' }),
    ]),
  );
  expect(results.map(({ type }) => type)).toEqual(Array.from({ length: 6 }, () => 'found'));
  expect(await other.get(id, keys.auth)).toMatchObject({
    subscription: { preferences: { dailyCap: 4, urgency: 'flash', lang: 'ar' } },
  });
});
