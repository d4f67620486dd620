import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openDeliveryWorld, type DeliveryProcess, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const AUDIENCE = 40;
const HANG = 5;
const SECOND = 1000;
let world: DeliveryWorld;
let version: FanOutJob;
let process: DeliveryProcess;

beforeEach(async () => {
  world = await openDeliveryWorld();
  await world.subscribe(AUDIENCE);
  version = await world.acceptAndFanOut();
  process = world.openProcess();
});
afterEach(() => world.close());

const retries = async (): Promise<number> => world.redis.hlen(keys.retries(version.alertId, 1));
const outcomes = async () => (await world.report(version)).outcomes;

/** Time passes until the jobs end. */
async function untilReleased(work: Promise<void>): Promise<void> {
  let released = false;
  const end = work.finally(() => (released = true));
  await expect
    .poll(
      () => {
        world.advance(SECOND / 4);
        return released;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(true);
  await end;
}

/** Does every batch, and lets some requests of the last one hang. Resolves when its job waits for them no more. */
async function workWithStragglers(): Promise<void> {
  for (const id of world.jobs.ids().slice(0, -1)) await process.run(id);
  let requests = 0;
  world.service.answer = () => ((requests += 1) <= HANG ? 'hang' : ACCEPTED);
  await untilReleased(process.work());
  expect(world.service.hanging()).toBe(HANG);
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE - HANG, pending: HANG });
}

/** Time passes until the stragglers' retries are due. */
const wait = (): void => world.advance(30 * SECOND);

test('messages that wait for their turn are no stragglers, however long the ones before them take', async () => {
  for (const id of world.jobs.ids().slice(0, -1)) await process.run(id);
  world.service.places = 1;
  world.service.answer = () => 'hang';
  const work = process.work();
  await expect.poll(() => world.service.waiting(), { timeout: 10_000 }).toBeGreaterThan(1);
  for (let i = 0; i < 12; i++) {
    world.advance(SECOND / 4);
    await new Promise((resolve) => setTimeout(resolve, 300)); // more than one checkpoint
  }
  expect(await retries()).toBe(0);
  world.service.answer = () => ACCEPTED;
  world.service.answerHanging(ACCEPTED);
  await work;
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE, pending: 0 });
});

test('a job whose last requests hang ends; their answers count all the same, and nothing is sent again', async () => {
  await workWithStragglers();
  expect(await retries()).toBeGreaterThan(0);
  expect(world.jobs.due(world.now())).toEqual([]);
  expect(world.jobs.ids()).toHaveLength(await retries());
  expect(await world.ledger.state(version)).toMatchObject({ batchesLeft: 0 });

  // One by one: each is in the ledger before the next one comes.
  for (let answered = 1; answered < HANG; answered++) {
    world.service.answerHanging(ACCEPTED, 1);
    await expect
      .poll(async () => (await outcomes()).accepted, { timeout: 10_000 })
      .toBe(AUDIENCE - HANG + answered);
  }
  world.service.answerHanging({ type: 'gone', status: 410 });
  await process.idle();
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE - 1, gone: 1, pending: 0 });
  expect(await retries()).toBe(0);
  expect(await world.isUnfinished(version)).toBe(false);

  wait();
  expect(world.jobs.due(world.now()).length).toBeGreaterThan(0);
  await world.openProcess().work();
  expect(world.service.totals()).toMatchObject({ requests: AUDIENCE, repeated: 0 });
});

test('what a killed process was waiting for is sent again, and only that', async () => {
  await workWithStragglers();
  world.service.answerHanging(ACCEPTED, 1);
  await expect.poll(async () => (await outcomes()).pending, { timeout: 10_000 }).toBe(HANG - 1);
  process.die();
  world.service.answerHanging(ACCEPTED);
  wait();
  await world.openProcess().work();
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ requests: AUDIENCE + HANG - 1, repeated: HANG - 1 });
  expect(await retries()).toBe(0);
  expect(await world.isUnfinished(version)).toBe(false);
});

test('a straggler that is to be tried again is so once', async () => {
  await workWithStragglers();
  world.service.answerHanging(UNAVAILABLE);
  await process.idle();
  wait();
  await world.openProcess().work();
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ requests: AUDIENCE + HANG, repeated: HANG });
  expect(await retries()).toBe(0);
});

test('a late answer to what another process has taken over counts once and moves nothing', async () => {
  await workWithStragglers();
  wait();
  // The process was suspended for half a minute: another one sends again, and hangs as well.
  world.service.answer = () => 'hang';
  const other = world.openProcess();
  const work = other.work();
  await expect.poll(() => world.service.hanging(), { timeout: 10_000 }).toBe(2 * HANG);
  world.service.answerHanging(UNAVAILABLE, HANG);
  await process.idle();
  const added = world.jobs.ids();
  world.service.answerHanging(ACCEPTED);
  await work;
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(await retries()).toBe(0);
  world.service.answer = () => ACCEPTED;
  wait();
  await other.work();
  expect(added.filter((id) => world.jobs.get(id) !== undefined)).toEqual([]);
  expect(world.service.totals()).toMatchObject({ requests: AUDIENCE + HANG, repeated: HANG });
});

test('an abort frees the places of jobs that wait for answers', async () => {
  world.service.answer = () => 'hang';
  const work = process.work();
  await expect.poll(() => world.service.waiting(), { timeout: 10_000 }).toBeGreaterThan(0);
  await world.alerts.abort(version.alertId);
  await expect.poll(() => world.service.waiting(), { timeout: 10_000 }).toBe(0);
  await untilReleased(work);
  const { requests } = world.service.totals();
  world.service.answerHanging(ACCEPTED);
  await process.idle();
  wait();
  await process.work();
  expect(world.service.totals()).toMatchObject({ requests, repeated: 0 });
  expect(await outcomes()).toMatchObject({ accepted: requests, pending: AUDIENCE - requests });
});
