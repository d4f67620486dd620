import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const AUDIENCE = 600;
const PLACES = 10;
const MINUTE = 60_000;
let world: DeliveryWorld;

beforeEach(async () => {
  world = await openDeliveryWorld();
  await world.subscribe(AUDIENCE);
  world.service.places = PLACES;
});
afterEach(() => world.close());

test('an abort in the midst of batches, retries and requests that hang: nothing more begins, and the report adds up', async () => {
  const version = await world.acceptAndFanOut();
  const [first = '', second = '', ...waiting] = world.jobs.ids();
  expect(waiting.length).toBeGreaterThan(0);
  world.service.answer = () => UNAVAILABLE;
  await world.openProcess().run(first);
  let answers = 0;
  world.service.answer = () => ((answers += 1) > 3 * PLACES ? 'hang' : ACCEPTED);
  const process = world.openProcess();
  const run = process.run(second);
  await expect.poll(() => world.service.hanging(), { timeout: 10_000 }).toBe(PLACES);
  expect(await world.ledger.state(version)).toMatchObject({ retries: 1 });

  await world.alerts.abort(version.alertId);
  await expect.poll(() => world.service.waiting(), { timeout: 10_000 }).toBe(0);
  const { requests } = world.service.totals();
  // What was on the wire counts, whatever comes of it.
  world.service.answerHanging(ACCEPTED, PLACES - 2);
  world.service.answerHanging({ type: 'gone', status: 410 }, 1);
  world.service.answerHanging(UNAVAILABLE);
  await run;
  const other = world.openProcess();
  for (let minute = 0; minute < 60; minute++) {
    await world.keepHouse();
    await Promise.all([process.work(), other.work()]);
    world.advance(MINUTE);
  }
  expect(world.service.totals().requests).toBe(requests);
  const { taken } = world.service.totals();
  expect((await world.report(version)).outcomes).toEqual({
    accepted: taken,
    gone: 1,
    rejected: 0,
    failed: 0,
    expired: 0,
    held: 0,
    pending: AUDIENCE - taken - 1,
  });
  expect((await world.alerts.get(version.alertId))?.status).toBe('aborted');
  expect(await world.isUnfinished(version)).toBe(false);
  expect(world.jobs.ids()).toEqual([]);
});
