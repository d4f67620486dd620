import { afterEach, beforeEach, expect, test } from 'vitest';
import { subscriptionId, SHARDS } from '../../../src/audience/shard.ts';
import { createSelection } from '../../../src/audience/selection.ts';
import { createHealth, type HealthStore } from '../../../src/delivery/health/health.ts';
import { createLeavings, type Leavings } from '../../../src/delivery/health/leavings.ts';
import { createSummaries, type Summaries } from '../../../src/delivery/health/summaries.ts';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import { createReportStore } from '../../../src/delivery/report/report.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openDeliveryWorld, type DeliveryProcess, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED } from '../../support/scripted-push-service.ts';

const HOUR = 3_600_000;
let world: DeliveryWorld;
let process: DeliveryProcess;
let leavings: Leavings;
let summaries: Summaries;
let health: HealthStore;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  process = world.openProcess();
  const { redis, alerts, now } = world;
  const reports = createReportStore(redis);
  leavings = createLeavings({ redis, alerts, now });
  summaries = createSummaries({ redis, alerts, reports, now });
  health = createHealth({ redis, alerts, reports, now });
});
afterEach(() => world.close());

async function send(): Promise<FanOutJob> {
  world.advance(60_000);
  const job = await world.acceptAndFanOut();
  await world.finish(job, process);
  world.advance(10_000);
  return job;
}

async function authOf(endpoint: string): Promise<Buffer> {
  const selection = createSelection({ redis: world.redis, addresses: world.addresses, now: world.now });
  for (let shard = 0; shard < SHARDS; shard++) {
    const { members } = await selection.read(shard, [0, 1, 2, 3, 4, 5, 6, 7]);
    const found = members.find(({ address }) => address.endpoint === endpoint);
    if (found !== undefined) return found.address.auth;
  }
  throw new Error(`no subscription ${endpoint}`);
}

/** As the API does when a reader turns notifications off. */
async function leave(endpoint: string): Promise<void> {
  const audiences = await leavings.audiences('left');
  const auth = await authOf(endpoint);
  const removed = await world.subscriptions.remove(subscriptionId(endpoint), auth, audiences);
  if (removed.type === 'found' && removed.isErased) await leavings.count('left', removed.audience);
}

const afterEachAlert = async (): Promise<Record<string, [left: number, gone: number]>> =>
  Object.fromEntries((await health.read()).alerts.map(({ alertId, left, gone }) => [alertId, [left, gone]]));

test('a reader who leaves counts for the newest alert whose audience they were in, within six hours', async () => {
  const [both, onlyFirst, late] = await world.subscribeWith(3, {});
  const first = await send();
  await world.subscriptions.patch(subscriptionId(onlyFirst!), await authOf(onlyFirst!), {
    topics: ['sport'],
  });
  const [onlySecond] = await world.subscribeWith(1, {});
  const second = await send();
  for (const endpoint of [both!, onlyFirst!, onlySecond!]) await leave(endpoint);
  expect(await afterEachAlert()).toEqual({ [first.alertId]: [1, 0], [second.alertId]: [2, 0] });
  world.advance(6 * HOUR);
  await leave(late!);
  expect(await afterEachAlert()).toEqual({ [first.alertId]: [1, 0], [second.alertId]: [2, 0] });
  expect((await health.read()).days.reduce((sum, { left }) => sum + left, 0)).toBe(4);
});

test('a reader who is gone counts for the alert before the one that found it, and once', async () => {
  const [gone] = await world.subscribeWith(1, {});
  await world.subscribe(3);
  const first = await send();
  world.service.answer = (endpoint) => (endpoint === gone ? { type: 'gone', status: 410 } : ACCEPTED);
  const second = await send();
  await world.fanOut(second);
  await process.work();
  expect(await afterEachAlert()).toEqual({ [first.alertId]: [0, 1], [second.alertId]: [0, 0] });
  expect((await health.read()).days[0]).toMatchObject({ left: 0, gone: 1 });
});

test('strangers whom no push service knows are no readers who leave', async () => {
  await world.subscribeUnproven(5);
  world.service.answer = () => ({ type: 'gone', status: 410 });
  await send();
  expect((await health.read()).days[0]).toMatchObject({ left: 0, gone: 0 });
});

test('sums by topic and urgency outlive the reports, for 30 days', async () => {
  await world.subscribe(4);
  const job = await send();
  await world.redis.hincrby(keys.report(job.alertId, 1), 'shown', 3);
  await world.redis.hincrby(keys.report(job.alertId, 1), 'opened', 2);
  const figures = { audience: 4, accepted: 4, shown: 3, opened: 2, left: 0, gone: 0 };
  const expected = { alerts: 1, ...figures };
  const sums = async (): Promise<unknown> => {
    const { topics, urgencies } = await health.read();
    return [topics, urgencies.find(({ urgency }) => urgency === 'urgent')];
  };
  expect(await sums()).toEqual([[{ topic: 'world', ...expected }], { urgency: 'urgent', ...expected }]);
  await summaries.settle();
  expect(await world.redis.zcard(keys.healthDue)).toBe(1);
  world.advance(20 * HOUR);
  await summaries.settle();
  await summaries.settle();
  expect(await world.redis.zcard(keys.healthDue)).toBe(0);
  await world.redis.del(keys.report(job.alertId, 1));
  world.advance(10 * 24 * HOUR);
  expect(await sums()).toEqual([[{ topic: 'world', ...expected }], { urgency: 'urgent', ...expected }]);
  expect((await health.read()).alerts).toMatchObject([
    { alertId: job.alertId, headline: 'عاجل', ...figures },
  ]);
  const life = await world.redis.ttl((await world.redis.keys('{ajil}:health:alerts:*'))[0]!);
  expect(life).toBeLessThanOrEqual(31 * 24 * 3600);
  world.advance(21 * 24 * HOUR);
  expect((await health.read()).topics).toEqual([]);
});

test('nothing that is kept names a reader', async () => {
  const [one] = await world.subscribeWith(1, {});
  await send();
  await leave(one!);
  const kept = await world.redis.keys('{ajil}:health:*');
  const texts = await Promise.all(
    kept.map(async (key) =>
      key.endsWith(':due')
        ? (await world.redis.zrange(key, '0', '-1')).join()
        : JSON.stringify(await world.redis.hgetall(key)),
    ),
  );
  expect(texts.join()).not.toContain(subscriptionId(one!));
  expect(texts.join()).not.toContain(one!);
});
