import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { seededRandom } from '../../support/random.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const AUDIENCE = 300;
const PLACES = 10;
let world: DeliveryWorld;
let version: FanOutJob;

beforeEach(async () => {
  world = await openDeliveryWorld();
  await world.subscribe(AUDIENCE);
  world.service.places = PLACES;
});
afterEach(() => world.close());

const settled = async (): Promise<number> => AUDIENCE - (await world.report(version)).outcomes.pending;

/** What puts all of Redis back as it is now: as a Redis does that lost its last second. */
async function remember(redis: Redis): Promise<() => Promise<void>> {
  const values = await Promise.all(
    (await redis.keys('*')).map(async (name) => ({
      name,
      ttl: Math.max(0, await redis.pttl(name)),
      value: await redis.dumpBuffer(name),
    })),
  );
  return async () => {
    await redis.flushall();
    await Promise.all(values.map(({ name, ttl, value }) => redis.restore(name, ttl, value)));
  };
}

const CASES = [1, 2, 3].flatMap((seed) =>
  (['dies', 'goes on'] as const).flatMap((process) =>
    (['with its queues', 'but for its queues'] as const).map((queues) => ({ seed, process, queues })),
  ),
);

test.for(CASES)(
  'Redis comes back older, $queues, and the process $process: nobody is left out, what was lost may come twice (seed $seed)',
  async ({ seed, process: fate, queues }) => {
    const random = seededRandom(seed);
    version = await world.acceptAndFanOut();
    const process = world.openProcess();

    // Requests hang from the nth on; those before are taken, or not at the first attempt.
    let hangFrom = 30 + Math.floor(random() * 100);
    let requests = 0;
    world.service.answer = (_endpoint, request) => {
      requests += 1;
      if (requests >= hangFrom) return 'hang';
      return request === 1 && random() < 0.3 ? UNAVAILABLE : ACCEPTED;
    };
    const standsStill = async (): Promise<void> => {
      await expect.poll(() => world.service.hanging(), { timeout: 10_000 }).toBeGreaterThanOrEqual(PLACES);
      await expect
        .poll(async () => (await settled()) - world.service.totals().taken, { timeout: 10_000 })
        .toBe(0);
    };
    process.work().catch(() => undefined);
    await standsStill();
    const jobsThen = world.jobs.remember();
    const redisThen = await remember(world.redis);
    const takenThen = world.service.totals().taken;

    hangFrom += 30 + Math.floor(random() * 100);
    world.service.answerHanging(ACCEPTED);
    await standsStill();
    const lost = world.service.totals().taken - takenThen;
    expect(lost).toBeGreaterThan(0);
    await redisThen();
    if (queues === 'with its queues') jobsThen();

    world.service.answer = () => ACCEPTED;
    if (fate === 'dies') process.die();
    world.service.answerHanging(ACCEPTED);
    if (fate === 'goes on') await process.idle();
    await world.finish(version, world.openProcess());
    const report = await world.report(version);
    expect(report).toMatchObject({ audience: AUDIENCE, outcomes: { accepted: AUDIENCE, pending: 0 } });
    const { taken, takenAgain } = world.service.totals();
    expect(taken - takenAgain).toBe(AUDIENCE);
    expect(takenAgain).toBeLessThanOrEqual(lost + PLACES);
  },
);

test('a run whose claim was lost is not ended for that: its job is run again', async () => {
  version = await world.acceptAndFanOut();
  const back = await remember(world.redis);
  const process = world.openProcess();
  world.service.answer = () => 'hang';
  const work = process.work();
  await expect.poll(() => world.service.hanging(), { timeout: 10_000 }).toBe(PLACES);
  await back();
  world.service.answer = () => ACCEPTED;
  // Not before it has noticed: what waits for a place is then withdrawn.
  await expect.poll(() => world.service.waiting(), { timeout: 10_000 }).toBe(0);
  world.service.answerHanging(ACCEPTED);
  await work;
  expect(await settled()).toBe(PLACES);
  world.advance(1000);
  await process.work();
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ takenAgain: 0 });
});

test('a fan-out during which Redis came back older runs again: no part of the audience is left out', async () => {
  version = await world.accept();
  const back = await remember(world.redis);
  const { addAudience } = world.ledger;
  let counted = 0;
  vi.spyOn(world.ledger, 'addAudience').mockImplementation(async (...args) => {
    counted += 1;
    if (counted === 3) await back();
    return addAudience(...args);
  });
  await expect(world.fanOut(version)).rejects.toThrow('came back older');
  world.service.answer = () => ACCEPTED;
  await world.finish(version, world.openProcess());
  expect(await world.report(version)).toMatchObject({
    audience: AUDIENCE,
    outcomes: { accepted: AUDIENCE, pending: 0 },
  });
});
