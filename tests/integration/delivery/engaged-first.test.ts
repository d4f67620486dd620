import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEngagement, engagedSets } from '../../../src/audience/engagement.ts';
import { placeOf, SHARDS, subscriptionId } from '../../../src/audience/shard.ts';
import type { BatchJob } from '../../../src/delivery/queues.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openDeliveryWorld, type DeliveryProcess, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

let world: DeliveryWorld;
let process: DeliveryProcess;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  process = world.openProcess();
});
afterEach(() => world.close());

const batches = (): BatchJob[] =>
  world.jobs.ids().flatMap((id) => {
    const job = world.jobs.get(id);
    return job !== undefined && 'batch' in job ? [job] : [];
  });

const partsOf = (jobs: readonly BatchJob[]): string[] =>
  jobs.map((job) => (job.kind === 'part' ? job.part : 'all'));

async function slotOf(endpoint: string): Promise<{ shard: number; slot: number }> {
  const { shard, bucket, field } = placeOf(subscriptionId(endpoint))!;
  const slot = await world.redis.hget(keys.shard(shard, `ids:${bucket}`), field);
  return { shard, slot: Number(slot) };
}

test('readers who open notifications are in the first batches, and everybody gets the alert once', async () => {
  await world.subscribe(3000);
  const isEngaged = await world.engage();
  const version = await world.acceptAndFanOut();
  const parts = partsOf(batches());
  expect([...new Set(parts)]).toEqual(['engaged', 'others']);
  expect(parts).toEqual([...parts].sort());
  await process.work();
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: 3000, pending: 0 });
  expect(world.service.requests().size).toBe(3000);
  expect(world.service.totals().repeated).toBe(0);
  world.jobs.clear();
  // Again, one job after the other: so many are engaged, and they were first.
  const next = await world.acceptAndFanOut();
  const before = world.service.messages().length;
  for (const id of world.jobs.ids()) await process.run(id);
  const order = await Promise.all(
    world.service
      .messages()
      .slice(before)
      .map(async ({ endpoint }) => isEngaged((await slotOf(endpoint)).slot)),
  );
  expect(order).toEqual([...order].sort((a, b) => Number(b) - Number(a)));
  expect(order.filter(Boolean).length).toBeGreaterThan(900);
  expect((await world.report(next)).outcomes).toMatchObject({ accepted: 3000 });
});

test('where nobody opens anything, each batch is of all, and none waits for a second round', async () => {
  await world.subscribe(500);
  await world.acceptAndFanOut();
  expect(new Set(partsOf(batches()))).toEqual(new Set(['all']));
});

test('a fan-out that runs again makes the same batches, although others have opened something since', async () => {
  await world.subscribe(2000);
  await createEngagement({ redis: world.redis, now: world.now }).opened(0, [0, 1, 2]);
  const version = await world.acceptAndFanOut();
  const first = batches();
  world.jobs.clear();
  await world.engage();
  await world.fanOut(version);
  expect(batches()).toEqual(first);
});

test('who goes first goes first in retries too', async () => {
  await world.subscribe(600);
  await world.engage();
  world.service.answer = () => UNAVAILABLE;
  const version = await world.acceptAndFanOut();
  for (const { batch, alertId, version: number } of batches()) {
    await process.run(`${alertId}-${number}-b${batch}`);
  }
  expect(new Set(world.jobs.ids().map((id) => id[0]))).toEqual(new Set(['e', 'r']));
  world.service.answer = () => ACCEPTED;
  await world.finish(version, process);
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: 600, pending: 0 });
});

test('last month counts, the month before does not, and who leaves is forgotten', async () => {
  await world.subscribe(300);
  await world.engage();
  const bits = async (): Promise<number> => {
    const names = engagedSets(world.now());
    const counts = await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) =>
        Promise.all(names.map((name) => world.redis.bitcount(keys.shard(shard, name)))),
      ),
    );
    return counts.flat().reduce((sum, count) => sum + count, 0);
  };
  const all = await bits();
  world.service.answer = () => ({ type: 'gone', status: 410 });
  const version = await world.acceptAndFanOut();
  await process.work();
  expect((await world.report(version)).outcomes).toMatchObject({ gone: 300 });
  expect(await bits()).toBeLessThan(all);
  await world.subscribe(300);
  world.advance(31 * 24 * 3_600_000);
  expect(await bits()).toBeGreaterThan(0);
  world.advance(31 * 24 * 3_600_000);
  expect(await bits()).toBe(0);
});
