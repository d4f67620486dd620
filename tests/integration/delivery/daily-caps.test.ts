import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDailyCaps, type CappedReader } from '../../../src/delivery/ledger/daily-caps.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', createLogger({ level: 'silent', role: 'test' }));
  await waitUntilReady(redis);
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

const DATES = ['2026-11-28', '2026-11-29'];
const reader = fc.record({
  // Neighbours in a byte, and some so far that no text of Lua spans both.
  slot: fc.constantFrom(0, 1, 7, 8, 63, 64, 65, 4000, 32_767, 32_768, 150_000),
  cap: fc.integer({ min: 1, max: 4 }),
  date: fc.constantFrom(...DATES),
});
const readersOfARun = fc.uniqueArray(reader, { selector: ({ slot }) => slot, minLength: 1, maxLength: 11 });
const calls = fc.array(fc.record({ alert: fc.integer({ min: 0, max: 8 }), readers: readersOfARun }), {
  minLength: 1,
  maxLength: 25,
});

test('each reader gets as many different alerts a day as the cap allows, whatever is counted again', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async (all) => {
      await redis.flushall();
      const caps = createDailyCaps({ redis });
      const had = new Map<string, Set<number>>();
      for (const { alert, readers } of all) {
        const full = readers.filter(({ slot, cap, date }) => {
          const name = `${date} ${slot}`;
          const mine = had.get(name) ?? new Set();
          had.set(name, mine);
          if (!mine.has(alert) && mine.size >= cap) return true;
          mine.add(alert);
          return false;
        });
        const told = await caps.count(3, `alert${alert}`, readers);
        expect(told).toEqual(new Set(full.map(({ slot }) => slot)));
      }
    }),
    { numRuns: 150 },
  );
});

test('what is counted stays for three days, a bit for each reader', async () => {
  await redis.flushall();
  const readers = Array.from({ length: 512 }, (_, slot): CappedReader => ({ slot, cap: 2, date: DATES[0]! }));
  for (const alert of ['a', 'b', 'c']) await createDailyCaps({ redis }).count(0, alert, readers);
  const kept = await redis.keys('*');
  expect(kept.toSorted()).toEqual(
    ['counted:2026-11-28', 'counted:2026-11-28:a', 'counted:2026-11-28:b', 'counted:2026-11-28:c'].map(
      (name) => keys.shard(0, name),
    ),
  );
  for (const key of kept) expect(await redis.ttl(key)).toBeGreaterThan(2 * 24 * 3600);
  expect(await redis.strlen(keys.shard(0, 'counted:2026-11-28:a'))).toBe(64);
});
