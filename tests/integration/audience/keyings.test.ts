import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKeyings, type Keyings } from '../../../src/audience/keyings.ts';
import { KEYING_BYTES, placeOf, subscriptionId } from '../../../src/audience/shard.ts';
import { keys } from '../../../src/redis/keys.ts';
import { neighbourOf, reader, shardOf } from '../../support/readers.ts';
import { openTestStore, type TestStore } from '../../support/subscription-store.ts';

let world: TestStore;
let keyings: Keyings;
const first = reader();
const shard = shardOf(first);

beforeAll(async () => {
  world = await openTestStore();
  keyings = createKeyings(world);
});
beforeEach(() => world.redis.flushall());
afterAll(() => world.close());

const keying = (): Buffer => randomBytes(KEYING_BYTES);

/** Readers of one shard, in the slots from 0 on. */
async function subscribe(count: number): Promise<ReturnType<typeof reader>[]> {
  const readers = Array.from({ length: count }, () => neighbourOf(first));
  await world.store.putAll(readers);
  return readers;
}

async function arm(slots: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
  const { generation } = await keyings.unarmed(shard);
  const made = new Map(slots.map((slot) => [slot, keying()]));
  expect(await keyings.put(shard, generation, [...made])).toBe(true);
  return made;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('a keying is given to one run alone, whole pages and parts of them', async () => {
  await subscribe(70);
  expect((await keyings.unarmed(shard)).slots).toEqual(range(70));
  const page = await arm(range(64));
  const rest = await arm([64, 69]);
  expect((await keyings.unarmed(shard)).slots).toEqual([65, 66, 67, 68]);
  expect(await keyings.armed()).toBe(66);
  expect(await keyings.take(shard, [3, 64, 65])).toEqual(
    new Map([
      [3, page.get(3)],
      [64, rest.get(64)],
    ]),
  );
  const all = await keyings.take(shard, range(70));
  expect([...all.keys()]).toEqual([...range(64).filter((slot) => slot !== 3), 69]);
  expect(all.get(63)).toEqual(page.get(63));
  expect(await keyings.take(shard, range(70))).toEqual(new Map());
  expect((await keyings.unarmed(shard)).slots).toEqual(range(70));
});

test('what was made before keyings were taken is not stored: the call may be a repetition', async () => {
  await subscribe(2);
  const { generation } = await keyings.unarmed(shard);
  const made = [[0, keying()]] as const;
  expect(await keyings.put(shard, generation, made)).toBe(true);
  expect(await keyings.put(shard, generation, made)).toBe(true);
  expect((await keyings.take(shard, [0])).get(0)).toEqual(made[0][1]);
  expect(await keyings.put(shard, generation, made)).toBe(false);
  expect(await keyings.take(shard, [0, 1])).toEqual(new Map());
});

test('a subscription that needs no keying counts as armed until its slot is taken', async () => {
  await subscribe(1);
  const { generation } = await keyings.unarmed(shard);
  await keyings.put(shard, generation, [[0, undefined]]);
  expect((await keyings.unarmed(shard)).slots).toEqual([]);
  expect(await keyings.take(shard, [0])).toEqual(new Map());
});

test('nobody is armed for strangers: unproven subscriptions have none', async () => {
  const stranger = neighbourOf(first);
  await subscribe(1);
  await world.store.put(stranger.address, stranger.preferences);
  expect((await keyings.unarmed(shard)).slots).toEqual([0]);
  const { field, bucket } = placeOf(subscriptionId(stranger.address.endpoint))!;
  const slot = Number(await world.redis.hget(keys.shard(shard, `ids:${bucket}`), field));
  await world.store.note(shard, [{ slot, auth: stranger.address.auth, accepted: true }]);
  expect((await keyings.unarmed(shard)).slots).toEqual([0, 1]);
});

test('erasing a subscription erases its keying, also one that is just being made', async () => {
  const [one, two] = await subscribe(2);
  await arm([0]);
  const { generation } = await keyings.unarmed(shard);
  await world.store.erase(subscriptionId(one!.address.endpoint));
  await world.store.erase(subscriptionId(two!.address.endpoint));
  expect(await keyings.put(shard, generation, [[1, keying()]])).toBe(true);
  const stored = await world.redis.getBuffer(keys.shard(shard, 'keyings:0'));
  expect(stored?.every((byte) => byte === 0)).toBe(true);
  expect(await keyings.take(shard, [0, 1])).toEqual(new Map());
});

test('a shard that is cleared has nothing left', async () => {
  await subscribe(65);
  await arm([0, 1]);
  await arm([64]);
  await keyings.clear(shard);
  expect(await world.redis.keys('*keyings:*')).toEqual([]);
  expect((await keyings.unarmed(shard)).slots).toHaveLength(65);
});

test(
  'no keying is ever given twice, whatever comes when, and however often',
  { timeout: 60_000 },
  async () => {
    const slots = fc.uniqueArray(fc.integer({ min: 0, max: 69 }), { minLength: 1, maxLength: 70 });
    const step = fc.oneof(
      fc.record({ type: fc.constant('look' as const) }),
      fc.record({ type: fc.constant('put' as const), slots, page: fc.integer({ min: 0, max: 1 }) }),
      fc.record({ type: fc.constant('repeat' as const), which: fc.nat() }),
      fc.record({ type: fc.constant('take' as const), slots }),
      fc.record({ type: fc.constant('all' as const) }),
      fc.record({ type: fc.constant('erase' as const), which: fc.integer({ min: 0, max: 69 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await world.redis.flushall();
        const readers = await subscribe(70);
        let { generation } = await keyings.unarmed(shard);
        const puts: Parameters<Keyings['put']>[] = [];
        const given = new Set<string>();
        const take = async (slots: readonly number[]): Promise<void> => {
          for (const [, bytes] of await keyings.take(shard, slots)) {
            const name = bytes.toString('hex');
            expect(given.has(name)).toBe(false);
            given.add(name);
          }
        };
        for (const one of steps) {
          if (one.type === 'look') ({ generation } = await keyings.unarmed(shard));
          if (one.type === 'put') {
            const inPage = one.slots.filter((slot) => slot >> 6 === one.page).sort((a, b) => a - b);
            const put = [shard, generation, inPage.map((slot) => [slot, keying()] as const)] as const;
            if (inPage.length > 0) puts.push([...put]);
            if (inPage.length > 0) await keyings.put(...put);
          }
          const again = one.type === 'repeat' ? puts[one.which % Math.max(1, puts.length)] : undefined;
          if (again !== undefined) await keyings.put(...again);
          if (one.type === 'take') await take(one.slots.toSorted((a, b) => a - b));
          if (one.type === 'all') await Promise.all([take(range(70)), take(range(70))]);
          if (one.type === 'erase')
            await world.store.erase(subscriptionId(readers[one.which]!.address.endpoint));
        }
      }),
      { numRuns: 60 },
    );
  },
);
