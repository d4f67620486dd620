import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDeliveryWorld, type DeliveryProcess, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const NONE = { alerts: 0, metShare: null, medianMs: null, worstMs: null };
const DAY = 24 * 3_600_000;
let world: DeliveryWorld;
let process: DeliveryProcess;
beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  process = world.openProcess();
});
afterEach(() => world.close());

/** Sends to 20 readers, of whom `slow` are reached after three minutes only. */
async function send(slow: number): Promise<void> {
  const [at, number] = [world.now(), (endpoint: string) => Number(endpoint.split('/').at(-1))];
  world.service.answer = (endpoint) =>
    number(endpoint) >= slow || world.now() - at > 180_000 ? ACCEPTED : UNAVAILABLE;
  const version = await world.acceptAndFanOut();
  await process.work();
  await world.finish(version, process, 5000);
}
const urgent = async () => (await world.goal.read()).urgencies.urgent;

test('an alert meets the goal when nine tenths of what was accepted had left within two minutes', async () => {
  await world.subscribe(20);
  expect(await world.goal.read()).toEqual({
    share: 0.9,
    withinMs: 120_000,
    days: 30,
    urgencies: { flash: NONE, urgent: NONE, normal: NONE },
  });
  await send(2);
  expect(await urgent()).toMatchObject({ alerts: 1, metShare: 1 });
  await send(3);
  const { alerts, metShare, medianMs, worstMs } = await urgent();
  expect({ alerts, metShare }).toEqual({ alerts: 2, metShare: 0.5 });
  expect(medianMs).toBeLessThan(10_000);
  expect(worstMs).toBeGreaterThan(180_000);
  expect((await world.goal.read()).urgencies.flash).toEqual(NONE);
});

test('what reached nobody, or was stopped, says nothing of the goal; a version counts once', async () => {
  const nobody = await world.acceptAndFanOut();
  await world.finish(nobody, process);
  await world.subscribe(5);
  world.service.answer = () => UNAVAILABLE;
  const stopped = await world.acceptAndFanOut();
  await process.work();
  await world.alerts.abort(stopped.alertId);
  await world.keepHouse();
  expect(await urgent()).toEqual(NONE);
  world.service.answer = () => ACCEPTED;
  const sent = await world.acceptAndFanOut();
  await world.finish(sent, process);
  await world.goal.note(sent);
  expect(await urgent()).toMatchObject({ alerts: 1, metShare: 1 });
});

test('each urgency has a goal of its own', async () => {
  await world.subscribe(5);
  for (const urgency of ['flash', 'normal', 'flash'] as const) {
    await world.finish(await world.acceptAndFanOut(urgency), process);
  }
  const { urgencies } = await world.goal.read();
  expect(Object.entries(urgencies).map(([urgency, { alerts }]) => [urgency, alerts])).toEqual([
    ['flash', 2],
    ['urgent', 0],
    ['normal', 1],
  ]);
});

test('what is pending has not been reached, and readers who have left are not waited for', async () => {
  await world.subscribe(20);
  // 14 at once, 2 late, 4 who have left: of the 16 that accept it, too few are early.
  const at = world.now();
  world.service.answer = (endpoint) => {
    const number = Number(endpoint.split('/').at(-1));
    if (number >= 16) return { type: 'gone', status: 410 };
    return number >= 2 || world.now() - at > 180_000 ? ACCEPTED : UNAVAILABLE;
  };
  const version = await world.acceptAndFanOut();
  await process.work();
  const { outcomes, timing } = await world.report(version);
  expect(outcomes).toMatchObject({ accepted: 14, pending: 2, gone: 4 });
  expect(timing.withinTwoMinutes).toBe(14 / 20);
  expect(await urgent()).toEqual(NONE);
  await world.finish(version, process, 5000);
  expect((await world.report(version)).timing.withinTwoMinutes).toBe(14 / 20);
  expect(await urgent()).toMatchObject({ alerts: 1, metShare: 0 });
});

test('after thirty days an alert counts no more', async () => {
  await world.subscribe(5);
  const version = await world.acceptAndFanOut();
  await world.finish(version, process);
  world.advance(29 * DAY);
  expect(await urgent()).toMatchObject({ alerts: 1 });
  world.advance(DAY);
  expect(await urgent()).toEqual(NONE);
});
