import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Urgency } from '../../../src/alerts/schema.ts';
import { exportSubscriptions } from '../../../src/audience/export.ts';
import type { PreferencesPatch } from '../../../src/audience/schema.ts';
import { createSubscriptionStore, type SubscriptionStore } from '../../../src/audience/subscriptions.ts';
import { subscriptionId } from '../../../src/audience/shard.ts';
import { ADDRESSES, reader } from '../../support/readers.ts';
import { openTestStore, type TestStore } from '../../support/subscription-store.ts';

let world: TestStore;
beforeAll(async () => {
  world = await openTestStore();
});
afterAll(() => world.close());

const QUIET = { start: '22:00', end: '06:00', timeZone: 'Asia/Riyadh' };

async function stored(preferences: Parameters<typeof reader>[0], store: SubscriptionStore = world.store) {
  const { preferences: chosen, address: keys } = reader(preferences);
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

test('a patch is one script, however many come at once from several processes, and none is lost or refused', async () => {
  const other = createSubscriptionStore({ redis: world.redis, addresses: ADDRESSES, now: Date.now });
  const { preferences, address: keys } = reader({});
  await world.store.put(keys, preferences);
  const id = subscriptionId(keys.endpoint);
  const scripts = async (): Promise<number> =>
    [...(await world.redis.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
      (sum, [, calls]) => sum + Number(calls),
      0,
    );
  const changes: PreferencesPatch[] = [
    { dailyCap: 4 },
    { urgency: 'flash' },
    { lang: 'ar' },
    { topics: ['sport', 'world'] },
    { quietHours: QUIET },
  ];
  const before = await scripts();
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      [world.store, other][index % 2]!.patch(id, keys.auth, changes[index % changes.length]!),
    ),
  );
  expect(results.map(({ type }) => type)).toEqual(results.map(() => 'found'));
  expect((await scripts()) - before).toBe(50);
  expect(await other.get(id, keys.auth)).toMatchObject({
    subscription: { preferences: Object.assign({}, ...changes) as object },
  });
});

test('a patch moves a subscription between sets: it is selected by what it wants now', async () => {
  const { patch } = await stored({ topics: ['economy'], urgency: 'normal', lang: 'fr' });
  const audience = (topic: string, urgency: Urgency, lang: string) =>
    world.store.estimate({ topics: [topic], urgency, lang });
  expect(await audience('economy', 'normal', 'fr')).toBe(1);
  await patch({ topics: ['technology'], urgency: 'urgent', lang: null });
  expect(await audience('economy', 'urgent', 'fr')).toBe(0);
  expect(await audience('technology', 'normal', 'fr')).toBe(0);
  expect(await audience('technology', 'urgent', 'de')).toBe(1);
  await patch({ lang: 'de' });
  expect(await audience('technology', 'urgent', 'fr')).toBe(0);
  expect(await audience('technology', 'flash', 'de')).toBe(1);
});

test('a patch keeps the endpoint, the keys and the standing, and is refused to another secret', async () => {
  const { preferences, address: keys } = reader({ lang: 'ar' });
  await world.store.put(keys, preferences);
  const id = subscriptionId(keys.endpoint);
  const exported = async (): Promise<string | undefined> => {
    for await (const { lines } of exportSubscriptions({ redis: world.redis, addresses: ADDRESSES })) {
      const line = lines.find((one) => one.includes(keys.endpoint));
      if (line !== undefined) return line;
    }
    return undefined;
  };
  const unproven = (await world.store.standings()).unproven;
  const before = JSON.parse((await exported()) ?? '') as object;
  expect(await world.store.patch(id, randomBytes(16), { lang: 'en' })).toEqual({ type: 'denied' });
  expect(await world.store.patch(id, Buffer.alloc(0), { lang: 'en' })).toEqual({ type: 'denied' });
  await world.store.patch(id, keys.auth, { lang: 'pt-BR', urgency: 'flash', dailyCap: 7 });
  expect(JSON.parse((await exported()) ?? '')).toEqual({
    ...before,
    lang: 'pt-BR',
    urgency: 'flash',
    dailyCap: 7,
  });
  expect((await world.store.standings()).unproven).toBe(unproven);
});
