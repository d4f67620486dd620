import { Queue, Worker, type Job } from 'bullmq';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  FAN_OUT_QUEUE,
  openFanOutQueue,
  openPushQueue,
  pushQueueName,
  retryQueueName,
  type FanOutJob,
  type RetryJob,
} from '../../../src/delivery/queues.ts';
import type { PushSending } from '../../../src/delivery/sending/send-push.ts';
import { NO_TRACING } from '../../../src/ops/tracing.ts';
import { createMetrics, type Metrics } from '../../../src/ops/metrics.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { QUEUE_PREFIX } from '../../../src/redis/keys.ts';
import { openPushWorkers } from '../../../workers/push.ts';
import { createWorkerWatch } from '../../../workers/watch.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { readMetric } from '../../support/gateway.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const HOUR = 3_600_000;
const AUDIENCE = 300;
let world: DeliveryWorld;
/** Of BullMQ, to look into. */
let queues: Readonly<Record<'fanOut' | 'batches' | 'retries', Queue>>;
const toClose: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  world = await openDeliveryWorld((redis) => {
    const fanOutQueue = openFanOutQueue({ redis, tracing: NO_TRACING });
    // By a clock on which every retry is due already.
    const pushQueue = openPushQueue({ redis, tracing: NO_TRACING, now: () => world.now() + HOUR });
    const open = (name: string): Queue => new Queue(name, { connection: redis, prefix: QUEUE_PREFIX });
    queues = {
      fanOut: open(FAN_OUT_QUEUE),
      batches: open(pushQueueName('urgent')),
      retries: open(retryQueueName('urgent')),
    };
    toClose.push(fanOutQueue, pushQueue, ...Object.values(queues));
    return { fanOutQueue, pushQueue };
  });
});
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((one) => one.close()));
  await world.close();
});

/** @returns what they have measured, and logged */
function openWorkers(sending: Pick<PushSending, 'sendBatch' | 'sendRetry'> = world.openProcess().sending): {
  metrics: Metrics;
  lines: { msg: string; queue?: string }[];
} {
  const metrics = createMetrics('test');
  const lines: { msg: string; queue?: string }[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const watch = createWorkerWatch({ metrics, logger });
  toClose.unshift(
    openPushWorkers({
      tracing: NO_TRACING,
      redis: world.redis,
      watch,
      sending,
      sendCanary: async () => undefined,
    }),
  );
  return { metrics, lines };
}
const outcomes = async (version: FanOutJob) => (await world.report(version)).outcomes;
const isComplete = (version: FanOutJob) =>
  expect.poll(async () => (await outcomes(version)).pending, { timeout: 20_000 }).toBe(0);

test('queues that were emptied are filled again, and deliver once', async () => {
  await world.subscribe(AUDIENCE);
  const version = await world.acceptAndFanOut();
  expect(await queues.batches.count()).toBeGreaterThan(1);
  await queues.batches.obliterate({ force: true });
  world.advance(30_001);
  await world.keepHouse();
  await world.keepHouse();
  expect(await queues.fanOut.count()).toBe(1);
  await world.fanOut(version);
  const filled = await queues.batches.count();
  expect(filled).toBeGreaterThan(1);
  await world.fanOut(version);
  expect(await queues.batches.count()).toBe(filled);
  openWorkers();
  await isComplete(version);
  expect(world.service.totals()).toMatchObject({ requests: AUDIENCE, taken: AUDIENCE });
});

test('a retry that is found overdue while it is being run is not run a second time', async () => {
  await world.subscribe(AUDIENCE);
  world.service.answer = (_endpoint, request) => (request === 1 ? UNAVAILABLE : 'hang');
  const version = await world.acceptAndFanOut();
  openWorkers();
  await expect.poll(() => world.service.totals().repeated, { timeout: 20_000 }).toBe(world.service.places);
  world.advance(10_000);
  const active = await queues.retries.getActiveCount();
  await world.keepHouse();
  expect(await queues.retries.count()).toBe(0);
  expect(await queues.retries.getActiveCount()).toBe(active);
  world.service.answer = () => ACCEPTED;
  world.service.answerHanging(ACCEPTED);
  await isComplete(version);
  expect(world.service.totals()).toMatchObject({ requests: 2 * AUDIENCE, taken: AUDIENCE });
});

test('retries that normal alerts wait with hold up no flash', async () => {
  const sent: string[] = [];
  const places = 8;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const sending = {
    sendBatch: async () => undefined,
    sendRetry: async ({ urgency, retry }: RetryJob) => {
      sent.push(retry);
      if (urgency === 'normal') await released;
    },
  };
  const pushQueue = openPushQueue({ redis: world.redis, tracing: NO_TRACING, now: world.now });
  toClose.unshift(pushQueue);
  openWorkers(sending);
  const retries = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) => ({ id: `${name}${index}`, dueAtMs: world.now() }));
  await pushQueue.addRetries({ alertId: 'a', version: 1, urgency: 'normal' }, retries(2 * places, 'normal'));
  await expect.poll(() => sent.length, { timeout: 20_000 }).toBe(places);
  await pushQueue.addRetries({ alertId: 'b', version: 1, urgency: 'flash' }, retries(1, 'flash'));
  await expect.poll(() => sent.at(-1), { timeout: 10_000 }).toBe('flash0');
  release();
});

test('a retry whose job an older release has put into another queue is found, and run', async () => {
  await world.subscribe(AUDIENCE);
  world.service.answer = (_endpoint, request) => (request === 1 ? UNAVAILABLE : ACCEPTED);
  const version = await world.acceptAndFanOut();
  await queues.retries.pause();
  openWorkers();
  await expect.poll(() => world.ledger.state(version), { timeout: 20_000 }).toMatchObject({ batchesLeft: 0 });
  const older = new Queue('push-retry', { connection: world.redis, prefix: QUEUE_PREFIX });
  toClose.unshift(older);
  const waiting = await queues.retries.getJobs();
  expect(waiting).not.toEqual([]);
  for (const { id = '', data } of waiting) await older.add('retry', data, { jobId: id });
  await queues.retries.obliterate({ force: true });
  await queues.retries.resume();
  await world.keepHouse();
  expect(await queues.retries.count()).toBe(0);
  world.advance(10_000);
  await world.keepHouse();
  await isComplete(version);
  expect(world.service.totals()).toMatchObject({ requests: 2 * AUDIENCE, taken: AUDIENCE });
});

test('of fan-outs that wait, that of the most urgent alert goes first, whenever they came', async () => {
  const versions = (['normal', 'urgent', 'flash'] as const).map((urgency) => {
    return { alertId: `of-${urgency}`, version: 1, urgency };
  });
  const fanOutQueue = openFanOutQueue({ redis: world.redis, tracing: NO_TRACING });
  toClose.push(fanOutQueue);
  for (const version of versions) await fanOutQueue.add(version);
  // It takes jobs when it is told, and does none.
  const worker = new Worker(FAN_OUT_QUEUE, null, { connection: world.redis, prefix: QUEUE_PREFIX });
  toClose.unshift(worker);
  const taken: string[] = [];
  for (const _version of versions) {
    const job = (await worker.getNextJob('a token', { block: false })) as Job<FanOutJob> | undefined;
    taken.push(job?.data.urgency ?? 'none');
  }
  expect(taken).toEqual(['flash', 'urgent', 'normal']);
});

/** How often Redis has done each command, those that scripts asked for as well. */
async function commandCounts(redis: Redis): Promise<ReadonlyMap<string, number>> {
  const lines = (await redis.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g);
  return new Map([...lines].map(([, name = '', calls]) => [name, Number(calls)]));
}

test('to put off a retry costs a few dozen commands, and reads no subscription', async () => {
  const crowd = 4000;
  await world.subscribe(crowd);
  world.service.places = 1000;
  world.service.answer = () => UNAVAILABLE;
  let looks = 0;
  world.service.busyMs = () => {
    looks += 1;
    return 1;
  };
  const version = await world.acceptAndFanOut();
  openWorkers();
  await expect.poll(() => world.ledger.state(version), { timeout: 20_000 }).toMatchObject({ batchesLeft: 0 });
  const before = { looks, counts: await commandCounts(world.redis) };
  await expect.poll(() => looks, { timeout: 20_000 }).toBeGreaterThan(before.looks + 100);
  const counts = await commandCounts(world.redis);
  const perLook = (name: string): number =>
    ((counts.get(name) ?? 0) - (before.counts.get(name) ?? 0)) / (looks - before.looks);
  // A look that reads subscriptions reads a page at least; BullMQ reads its lists when it looks for stalled jobs.
  expect(perLook('lrange') + perLook('lindex')).toBeLessThan(0.5);
  // The checkpoint, the new job, the end of the old job with the beginning of the next.
  expect(perLook('evalsha')).toBeLessThan(4);
  // Measured: 51.
  const all = [...counts.keys()].reduce((sum, name) => sum + perLook(name), 0);
  expect(all).toBeLessThan(75);
  expect(world.service.totals()).toMatchObject({ requests: crowd });
});

test('a queue that Redis refuses is counted each time, and said once until a job has come', async () => {
  await world.subscribe(AUDIENCE);
  const { metrics, lines } = openWorkers();
  const faults = () => readMetric(metrics, 'ajil_queue_faults_total', { queue: pushQueueName('urgent') });
  const said = () => lines.filter(({ queue }) => queue === pushQueueName('urgent')).length;
  await world.redis.config('SET', 'maxmemory', '1');
  await expect.poll(faults, { timeout: 20_000 }).toBeGreaterThan(3);
  expect(said()).toBe(1);
  await world.redis.config('SET', 'maxmemory', '0');
  await isComplete(await world.acceptAndFanOut());
  await world.redis.config('SET', 'maxmemory', '1');
  await expect.poll(said, { timeout: 20_000 }).toBe(2);
  await world.redis.config('SET', 'maxmemory', '0');
});
