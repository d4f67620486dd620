import { afterEach, beforeEach, expect, test } from 'vitest';
import { SHARDS } from '../../../src/audience/shard.ts';
import { versionName, type FanOutJob } from '../../../src/delivery/queues.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const AUDIENCE = 200;
const SECOND = 1000;
const HOUR = 3_600_000;
let world: DeliveryWorld;

beforeEach(async () => {
  world = await openDeliveryWorld();
  await world.subscribe(AUDIENCE);
});
afterEach(() => world.close());

/** Everybody has it once, and nothing is left to do. */
async function expectAllOnce(version: FanOutJob): Promise<void> {
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ requests: AUDIENCE, repeated: 0 });
  expect(await world.isUnfinished(version)).toBe(false);
  expect((await world.alerts.get(version.alertId))?.status).toBe('sent');
}

test('a version whose fan-out job was lost is fanned out after a second', async () => {
  const version = await world.accept();
  world.advance(SECOND - 1);
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([]);
  world.advance(1);
  await world.keepHouse();
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([versionName(version)]);
  await world.openProcess().work();
  await expectAllOnce(version);
});

test('batches whose jobs were lost are added again after half a minute, and deliver what is left', async () => {
  const version = await world.acceptAndFanOut();
  const process = world.openProcess();
  const [first = '', ...lost] = world.jobs.ids();
  expect(lost.length).toBeGreaterThan(0);
  await process.run(first);
  const { accepted } = (await world.report(version)).outcomes;
  expect(accepted).toBeGreaterThan(0);
  world.jobs.clear();
  world.advance(30 * SECOND);
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([]);
  world.advance(1);
  await world.keepHouse();
  // Before that fan-out has run, and just after it: no second one.
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([versionName(version)]);
  await process.run(versionName(version));
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual(expect.arrayContaining(lost));
  await process.work();
  await expectAllOnce(version);
});

test('a retry whose job was lost is found once it is five seconds overdue', async () => {
  world.service.answer = (_endpoint, request) => (request === 1 ? UNAVAILABLE : ACCEPTED);
  const version = await world.acceptAndFanOut();
  const process = world.openProcess();
  await process.work();
  expect((await world.report(version)).outcomes.pending).toBe(AUDIENCE);
  const dueAt = (await world.redis.zrange(keys.retriesDue(version.alertId, 1), '0', '-1', 'WITHSCORES'))
    .filter((_, index) => index % 2 === 1)
    .map(Number);
  const firstAt = Math.min(...dueAt);
  world.jobs.clear();
  world.advance(firstAt + 5 * SECOND - 1 - world.now());
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([]);
  world.advance(1);
  await world.keepHouse();
  expect(world.jobs.ids()).toHaveLength(dueAt.filter((due) => due === firstAt).length);
  world.advance(Math.max(...dueAt) + 5 * SECOND - world.now());
  await world.keepHouse();
  expect(world.jobs.due(world.now())).toHaveLength(dueAt.length);
  await process.work();
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ requests: 2 * AUDIENCE, repeated: AUDIENCE });
});

test('deliveries that are in no batch and no retry are tried again, each once', async () => {
  world.service.answer = (_endpoint, request) => (request === 1 ? UNAVAILABLE : ACCEPTED);
  const version = await world.acceptAndFanOut();
  const process = world.openProcess();
  await process.work();
  world.jobs.clear();
  await world.redis.del(keys.retries(version.alertId, 1), keys.retriesDue(version.alertId, 1));
  world.advance(30 * SECOND);
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([]);
  world.advance(1);
  // Two at once, as when the first one's lock was lost.
  await Promise.all([world.keepHouse(), world.keepHouse()]);
  expect(world.jobs.ids().length).toBeLessThanOrEqual(SHARDS);
  await process.work();
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ requests: 2 * AUDIENCE, repeated: AUDIENCE });
  expect(await world.isUnfinished(version)).toBe(false);
});

test('what was lost is tried again in retries that are no larger than a batch', async () => {
  const version = await world.acceptAndFanOut();
  // More of the audience, in no batch and no retry; their subscriptions have left.
  const lost = 2504;
  const bits = Buffer.alloc(lost / 8, 0xff);
  await world.redis.setrange(keys.shard(0, `audience:${versionName(version)}`), 1000, bits);
  await world.redis.hincrby(keys.report(version.alertId, 1), 'audience', lost);
  const process = world.openProcess();
  await process.work();
  world.advance(30 * SECOND + 1);
  await world.keepHouse();
  const retries = await Promise.all(world.jobs.ids().map((id) => world.ledger.retry(version, id)));
  const sizes = retries.map((retry) => retry?.slots[0]?.[1].length ?? 0);
  expect(sizes.toSorted((a, b) => b - a)).toEqual([1000, 1000, 504]);
  await process.work();
  expect((await world.report(version)).outcomes).toMatchObject({
    accepted: AUDIENCE,
    gone: lost,
    pending: 0,
  });
});

test('what is pending a minute after the expiry is expired', async () => {
  const version = await world.acceptAndFanOut();
  const process = world.openProcess();
  await process.run(world.jobs.ids()[0] ?? '');
  const { accepted } = (await world.report(version)).outcomes;
  world.jobs.clear();
  world.advance(HOUR + 60 * SECOND + 1);
  await world.keepHouse();
  expect((await world.report(version)).outcomes).toMatchObject({
    accepted,
    expired: AUDIENCE - accepted,
    pending: 0,
  });
  expect(world.jobs.ids()).toEqual([]);
  expect(await world.isUnfinished(version)).toBe(false);
});

test('a version whose audience was lost is not watched for ever', async () => {
  const version = await world.acceptAndFanOut();
  world.jobs.clear();
  const names = Array.from({ length: SHARDS }, (_, shard) =>
    keys.shard(shard, `audience:${versionName(version)}`),
  );
  await world.redis.del(...names);
  world.advance(HOUR + 60 * SECOND + 1);
  await world.keepHouse();
  expect(await world.isUnfinished(version)).toBe(false);
  // Nobody knows who they were.
  expect((await world.report(version)).outcomes.pending).toBe(AUDIENCE);
});

test('a version whose record cannot be read keeps no other from being tended', async () => {
  const oldest = await world.accept();
  world.advance(SECOND);
  const broken = await world.accept();
  world.advance(SECOND);
  const newest = await world.accept();
  world.advance(SECOND);
  await world.redis.hset(keys.alert(broken.alertId), 'v:1', '{');
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([versionName(newest), versionName(oldest)]);
});

test('an aborted version is left alone', async () => {
  const version = await world.acceptAndFanOut();
  world.jobs.clear();
  await world.alerts.abort(version.alertId);
  world.advance(HOUR);
  await world.keepHouse();
  expect(world.jobs.ids()).toEqual([]);
  expect(await world.isUnfinished(version)).toBe(false);
  expect((await world.report(version)).outcomes.pending).toBe(AUDIENCE);
});
