import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeOf, subscriptionId } from '../../../src/audience/shard.ts';
import type { Ledger } from '../../../src/delivery/ledger/ledger.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const AUDIENCE = 400;
let world: DeliveryWorld;

const shardOf = (endpoint: string) => placeOf(subscriptionId(endpoint))?.shard;

beforeEach(async () => {
  world = await openDeliveryWorld();
  await world.subscribe(AUDIENCE);
  world.service.places = AUDIENCE;
});
afterEach(() => world.close());

test('when a dead subscription cannot be removed, the answers that are still to come are waited for', async () => {
  const dead = 'https://push.example/0';
  // Those that are sent together with the dead one.
  world.service.answer = (endpoint) => {
    if (endpoint === dead) return { type: 'gone', status: 410 };
    return shardOf(endpoint) === shardOf(dead) ? 'hang' : ACCEPTED;
  };
  const version = await world.acceptAndFanOut();
  let failed = 0;
  const process = world.openProcess({
    subscriptions: {
      note: async () => [],
      remove: async () => {
        failed += 1;
        throw new Error('Redis is away');
      },
    },
  });
  const work = process.work();
  await expect.poll(() => world.service.hanging(), { timeout: 10_000 }).toBeGreaterThan(0);
  await expect.poll(async () => (await world.report(version)).outcomes.gone, { timeout: 10_000 }).toBe(1);
  expect(failed).toBe(1);
  world.service.answerHanging(ACCEPTED);
  await work;
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: AUDIENCE - 1, gone: 1 });
  await world.finish(version, process);
  expect(world.service.totals()).toMatchObject({ requests: AUDIENCE, repeated: 0 });
});

test('a retry of which nothing remains ends well, however long the removal of a dead subscription takes', async () => {
  world.service.answer = () => UNAVAILABLE;
  const version = await world.acceptAndFanOut();
  await world.openProcess().work();
  const [id = '', ...others] = world.jobs.ids();
  for (const other of others) world.jobs.take(other);
  world.advance(60_000);
  let asked = 0;
  world.service.answer = () => ((asked += 1) === 1 ? { type: 'gone', status: 410 } : UNAVAILABLE);
  let remove: () => void = () => undefined;
  const removed = new Promise<{ type: 'missing' }>((resolve) => {
    remove = () => resolve({ type: 'missing' });
  });
  const process = world.openProcess({ subscriptions: { note: async () => [], remove: () => removed } });
  const run = process.run(id);
  await expect.poll(() => world.ledger.retry(version, id), { timeout: 10_000 }).toBeUndefined();
  remove();
  await run;
  expect((await world.report(version)).outcomes).toMatchObject({ gone: 1, pending: AUDIENCE - 1 });
});

test('what was sent while Redis takes nothing is written once it does, and nobody has it twice', async () => {
  let requests = 0;
  world.service.places = 50;
  world.service.answer = () => ((requests += 1) > 100 ? 'hang' : ACCEPTED);
  const version = await world.acceptAndFanOut();
  const refused = new Map<unknown, number>();
  const checkpoint: Ledger['checkpoint'] = async (of, written, keepSeconds) => {
    try {
      return await world.ledger.checkpoint(of, written, keepSeconds);
    } catch (error) {
      const batch = written.claim?.batch;
      refused.set(batch, (refused.get(batch) ?? 0) + 1);
      throw error;
    }
  };
  const process = world.openProcess({ ledger: { ...world.ledger, checkpoint } });
  const work = process.work();
  await expect.poll(() => world.service.hanging(), { timeout: 10_000 }).toBe(50);
  // Out of memory; then the push service takes what is on the wire.
  await world.redis.config('SET', 'maxmemory', '1');
  world.service.answerHanging(ACCEPTED);
  await expect.poll(() => world.service.waiting(), { timeout: 10_000 }).toBe(0);
  world.service.answer = () => ACCEPTED;
  world.service.answerHanging(ACCEPTED);
  // Each job's checkpoint at its end, too.
  await expect.poll(() => Math.min(...refused.values()), { timeout: 10_000 }).toBeGreaterThan(1);
  const { taken } = world.service.totals();
  expect(taken).toBeGreaterThan(100);
  await world.redis.config('SET', 'maxmemory', '0');
  await work;
  expect((await world.report(version)).outcomes.accepted).toBe(taken);
  await world.finish(version, process);
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ taken: AUDIENCE, takenAgain: 0 });
});

test('while the brake holds for its push service, a subscription that is answered as gone stays, and no longer', async () => {
  world.service.answer = () => ({ type: 'gone', status: 410 });
  const asked = new Set<string>();
  let held = true;
  const brake = {
    note: () => undefined,
    mayRemove: (provider: string): boolean => {
      asked.add(provider);
      return !held;
    },
  };
  const everybody = async (): Promise<number> => {
    const version = await world.acceptAndFanOut();
    await world.openProcess({ brake }).work();
    const { outcomes } = await world.report(version);
    expect(outcomes.pending).toBe(0);
    return outcomes.gone;
  };
  expect(await everybody()).toBe(AUDIENCE);
  expect(await everybody()).toBe(AUDIENCE);
  held = false;
  expect(await everybody()).toBe(AUDIENCE);
  expect(await everybody()).toBe(0);
  expect([...asked]).toEqual(['other']);
});

test('all that is kept of a delivery is there for a day after the expiry, and goes by itself', async () => {
  world.service.answer = (endpoint) => (endpoint.endsWith('0') ? UNAVAILABLE : ACCEPTED);
  const version = await world.acceptAndFanOut();
  await world.openProcess().work();
  const kept = (await world.redis.keys(`*${version.alertId}*`)).filter(
    (key) => key !== keys.alert(version.alertId),
  );
  for (const part of ['audience', 'ledger', 'deferred', 'retries', 'report']) {
    expect(kept.join()).toContain(part);
  }
  const alert = await world.alerts.get(version.alertId);
  const lifeSeconds = (Date.parse(alert!.expiresAt) - world.now()) / 1000;
  for (const key of kept) {
    const afterExpiry = (await world.redis.ttl(key)) - lifeSeconds;
    // A busy machine may take its time in between.
    expect({ key, hours: Math.round(afterExpiry / 3600) }).toEqual({ key, hours: 24 });
  }
});
