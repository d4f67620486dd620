import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLedger, type Ledger } from '../../../src/delivery/ledger/ledger.ts';
import { createReportStore } from '../../../src/delivery/report/report.ts';
import type { Retry } from '../../../src/delivery/ledger/retry.ts';
import type { Settled } from '../../../src/delivery/ledger/settled-bitmaps.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, type Redis } from '../../../src/redis/connect.ts';
import { seededRandom } from '../../support/random.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const VERSION = { alertId: 'a1', version: 1 };
const KEEP_S = 100;
let server: TestRedis;
let redis: Redis;
let ledger: Ledger;

beforeEach(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'worker', createLogger({ level: 'silent', role: 'test' }));
  ledger = createLedger({ redis, now: () => 5000 });
  await ledger.open(VERSION, 1000, KEEP_S);
});

afterEach(async () => {
  await closeRedis(redis);
  await server.stop();
});

const report = async () => {
  const found = await createReportStore(redis).get('a1', 1);
  if (found === undefined) throw new Error('no report');
  return found;
};
const accepted = (shard: number, slot: number, ms = 40): Settled => ({
  shard,
  slot,
  outcome: 'accepted',
  ms,
});
const retryOf = (id: string, slots: number[], over: Partial<Retry> = {}): Retry => ({
  id,
  mark: 0,
  origin: 'https://push.example',
  attempt: 1,
  waits: 0,
  mayHaveArrived: false,
  dueAtMs: 9000,
  slots: [[3, slots]],
  ...over,
});
const slotsOf = async (id: string) => (await ledger.retry(VERSION, id))?.slots;

test('an outcome counts once, however often and with whatever else it is written', async () => {
  const random = seededRandom(4);
  const known = new Map<string, Settled>();
  for (let round = 0; round < 60; round++) {
    const settled = Array.from({ length: 1 + Math.floor(random() * 80) }, (): Settled => {
      const [shard, slot] = [Math.floor(random() * 3), Math.floor(random() ** 2 * 9000)];
      const outcome = random() < 0.8 ? 'accepted' : 'gone';
      const service = [undefined, 'fcm', 'wns'][Math.floor(random() * 3)] as Settled['service'];
      return { shard, slot, outcome, service, ms: Math.floor(random() * 300_000) };
    });
    const fresh = settled.filter(({ shard, slot }) => !known.has(`${shard} ${slot}`));
    const once = [...new Map(fresh.map((one) => [`${one.shard} ${one.slot}`, one])).values()];
    // Only what is new, then with some that are not.
    const written = round % 2 === 0 ? once : [...once, ...[...known.values()].slice(-5)];
    await ledger.checkpoint(VERSION, { settled: written }, KEEP_S);
    for (const one of once) known.set(`${one.shard} ${one.slot}`, one);
  }
  const all = [...known.values()];
  const times = all.filter(({ outcome }) => outcome === 'accepted').map(({ ms }) => ms);
  await ledger.addAudience(VERSION, [[0, all.length]]);
  const { outcomes, services, timing, curve } = await report();
  for (const { service, outcomes: of } of services) {
    const count = (outcome: string): number =>
      all.filter((one) => one.service === service && one.outcome === outcome).length;
    expect(of).toMatchObject({ accepted: count('accepted'), gone: count('gone') });
  }
  expect(new Set(services.map(({ service }) => service))).toEqual(new Set(['fcm', 'wns']));
  expect(outcomes).toMatchObject({ pending: 0, accepted: times.length, gone: all.length - times.length });
  expect(timing).toMatchObject({ firstMs: Math.min(...times), lastMs: Math.max(...times) });
  expect(timing.withinTwoMinutes).toBe(times.filter((ms) => ms <= 120_000).length / all.length);
  expect(curve.at(-1)?.[1]).toBe(times.length);
  for (const shard of [0, 1, 2]) {
    const bits = await ledger.settledSlots(VERSION, shard, 0, -1);
    const slots = new Set(all.filter((one) => one.shard === shard).map(({ slot }) => slot));
    for (let slot = 0; slot < bits.length * 8; slot++) {
      expect(((bits[slot >> 3] ?? 0) & (0x80 >> (slot & 7))) !== 0).toBe(slots.has(slot));
    }
  }
});

test('a delivery is in its batch or in one retry, whoever else has run the same', async () => {
  await ledger.checkpoint(VERSION, { retries: [retryOf('r1', [8, 9])] }, KEEP_S);
  // The batch was run twice, and the other run wants to move one more.
  await ledger.checkpoint(VERSION, { retries: [retryOf('r2', [9, 10])] }, KEEP_S);
  expect(await slotsOf('r1')).toEqual([[3, [8, 9]]]);
  expect(await slotsOf('r2')).toEqual([[3, [10]]]);
  expect((await ledger.deferredSlots(VERSION, 3, 0, -1)).toString('hex')).toBe('00e0');

  const read = await ledger.retry(VERSION, 'r1');
  if (read === undefined) throw new Error('no retry');
  const rest = { ...read, mark: 1, slots: [[3, [8]]] as const };
  const moved = { retries: [retryOf('r3', [9])], home: { retry: read, rest } };
  expect(await ledger.checkpoint(VERSION, moved, KEEP_S)).toMatchObject({ ours: true });
  expect(await slotsOf('r1')).toEqual([[3, [8]]]);
  // The same again, as after a lost answer, and another run that had read the older state.
  expect(await ledger.checkpoint(VERSION, moved, KEEP_S)).toMatchObject({ ours: false });
  const late = { retries: [retryOf('r4', [8, 9])], home: { retry: read, rest: undefined } };
  expect(await ledger.checkpoint(VERSION, late, KEEP_S)).toMatchObject({ ours: false });
  expect(await slotsOf('r1')).toEqual([[3, [8]]]);
  expect(await slotsOf('r3')).toEqual([[3, [9]]]);
  expect(await slotsOf('r4')).toBeUndefined();

  const now = await ledger.retry(VERSION, 'r1');
  if (now === undefined) throw new Error('no retry');
  await ledger.checkpoint(
    VERSION,
    { settled: [accepted(3, 8)], home: { retry: now, rest: undefined } },
    KEEP_S,
  );
  expect(await slotsOf('r1')).toBeUndefined();
  expect(await ledger.overdueRetries(VERSION, 10_000, 10)).toEqual(['r2', 'r3']);
});

test('a batch that another run has claimed is not moved or ended by the first, but its outcomes count', async () => {
  const first = { batch: 0, run: 'one' };
  expect(await ledger.claimBatch(VERSION, 0, 'one', KEEP_S)).toBe(false);
  expect(await ledger.checkpoint(VERSION, { claim: first }, KEEP_S)).toMatchObject({ ours: true });
  expect(await ledger.claimBatch(VERSION, 0, 'two', KEEP_S)).toBe(true);
  const late = { claim: first, settled: [accepted(3, 7)], retries: [retryOf('r1', [8])], ends: 0 };
  expect(await ledger.checkpoint(VERSION, late, KEEP_S)).toMatchObject({ ours: false });
  expect(await slotsOf('r1')).toBeUndefined();
  expect(await ledger.hasEnded(VERSION, 0)).toBe(false);
  expect((await report()).outcomes.accepted).toBe(1);
  const last = { claim: { batch: 0, run: 'two' }, retries: [retryOf('r2', [8])], ends: 0 };
  expect(await ledger.checkpoint(VERSION, last, KEEP_S)).toMatchObject({ ours: true });
  expect(await slotsOf('r2')).toEqual([[3, [8]]]);
  expect(await ledger.hasEnded(VERSION, 0)).toBe(true);
});

test('a retry that another run has claimed is not moved by the first, but its outcomes count', async () => {
  await ledger.checkpoint(VERSION, { retries: [retryOf('r1', [7, 8])] }, KEEP_S);
  const first = await ledger.claimRetry(VERSION, 'r1', 11);
  if (first === undefined) throw new Error('no retry');
  expect(first).toEqual({ retry: retryOf('r1', [7, 8], { mark: 11 }), wasClaimed: false });
  const unmoved = { home: { retry: first.retry, rest: first.retry } };
  expect(await ledger.checkpoint(VERSION, unmoved, KEEP_S)).toMatchObject({ ours: true });
  expect(await ledger.retry(VERSION, 'r1')).toEqual(first.retry);
  // The same run again, as after a lost answer, and another one.
  expect(await ledger.claimRetry(VERSION, 'r1', 11)).toEqual(first);
  expect(await ledger.claimRetry(VERSION, 'r1', 22)).toMatchObject({ wasClaimed: true });
  expect(await ledger.checkpoint(VERSION, unmoved, KEEP_S)).toMatchObject({ ours: false });
  const late = {
    settled: [accepted(3, 7)],
    retries: [retryOf('r2', [8])],
    home: { retry: first.retry, rest: undefined },
  };
  expect(await ledger.checkpoint(VERSION, late, KEEP_S)).toMatchObject({ ours: false });
  expect(await slotsOf('r2')).toBeUndefined();
  expect(await slotsOf('r1')).toEqual([[3, [7, 8]]]);
  expect((await report()).outcomes.accepted).toBe(1);
  expect(await ledger.claimRetry(VERSION, 'r9', 11)).toBeUndefined();
});

test('a retry comes back as it was written', async () => {
  const retry = retryOf('r1', [1, 70_000], { attempt: 7, waits: 3, dueAtMs: 1_795_503_877_746 });
  await ledger.checkpoint(VERSION, { retries: [retry] }, KEEP_S);
  expect(await ledger.retry(VERSION, 'r1')).toEqual(retry);
});

test('a version is finished when it is cut and nothing is pending, and nothing of it stays for ever', async () => {
  expect(await ledger.addAudience(VERSION, [[3, 2]])).toEqual([2]);
  expect(
    await ledger.addAudience(VERSION, [
      [3, 7],
      [4, 0],
    ]),
  ).toEqual([2, 0]);
  expect(await ledger.checkpoint(VERSION, { settled: [accepted(3, 0)], ends: 0 }, KEEP_S)).toMatchObject({
    finished: false,
  });
  expect(await ledger.cut(VERSION, 1)).toEqual({ finished: false });
  await ledger.checkpoint(VERSION, { retries: [retryOf('r1', [1])] }, KEEP_S);
  expect(await ledger.checkpoint(VERSION, { settled: [accepted(3, 1)] }, KEEP_S)).toMatchObject({
    finished: true,
  });
  expect(await ledger.state(VERSION)).toMatchObject({ cut: true, batchesLeft: 0, finished: true });
  for (const key of await redis.keys('*')) expect(await redis.ttl(key)).toBeGreaterThan(0);
});
