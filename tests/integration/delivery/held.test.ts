import { afterEach, beforeEach, expect, test } from 'vitest';
import { nextVersion } from '../../../src/alerts/versions.ts';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
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

const clockTime = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
/** Quiet from `fromMinutes` to `toMinutes` from now. */
const quiet = (fromMinutes: number, toMinutes: number, flash?: boolean) => ({
  start: clockTime(world.now() + fromMinutes * 60_000),
  end: clockTime(world.now() + toMinutes * 60_000),
  timeZone: 'UTC',
  ...(flash === undefined ? {} : { flash }),
});
const sentQuiet = (): number =>
  world.service.messages().filter(({ endpoint }) => endpoint.includes('/quiet/')).length;
async function follow(version: FanOutJob, change: 'update' | 'correction'): Promise<FanOutJob> {
  const last = await world.alerts.get(version.alertId);
  const next = nextVersion(last!, { change, headline: 'نص آخر' }, 'editor', world.now());
  await world.alerts.addVersion(next);
  return { ...version, version: next.version };
}

test('quiet hours hold an urgent alert: nothing leaves, and the report says why and adds up', async () => {
  await world.subscribe(20);
  await world.subscribeQuiet(30, quiet(-60, 60));
  const version = await world.acceptAndFanOut();
  await world.finish(version, process);
  const { audience, outcomes, held } = await world.report(version);
  expect(audience).toBe(50);
  expect(outcomes).toMatchObject({ accepted: 20, held: 30, pending: 0 });
  expect(held).toEqual({ quiet: 30, cap: 0 });
  expect(sentQuiet()).toBe(0);
  expect((await world.alerts.get(version.alertId))?.status).toBe('sent');
});

test.for([
  [undefined, { accepted: 10, held: 0 }],
  [true, { accepted: 10, held: 0 }],
  [false, { accepted: 0, held: 10 }],
] as const)('a flash in quiet hours, where the reader said flash: %s', async ([flash, expected]) => {
  await world.subscribeQuiet(10, quiet(-60, 60, flash));
  const version = await world.accept('flash');
  await world.fanOut(version);
  await world.finish(version, process);
  expect((await world.report(version)).outcomes).toMatchObject(expected);
});

test('an alert that is tried again after the reader has gone to sleep is held', async () => {
  await world.subscribeQuiet(10, quiet(1, 120));
  world.service.answer = () => UNAVAILABLE;
  const version = await world.acceptAndFanOut();
  await process.work();
  expect(sentQuiet()).toBe(10);
  world.service.answer = () => ACCEPTED;
  world.advance(2 * 60_000);
  await world.finish(version, process);
  expect((await world.report(version)).held).toEqual({ quiet: 10, cap: 0 });
  expect(sentQuiet()).toBe(10);
});

test('a correction reaches a reader who has the wrong text at night too; an update does not', async () => {
  await world.subscribeQuiet(10, quiet(1, 120));
  const first = await world.acceptAndFanOut();
  await world.finish(first, process);
  expect(sentQuiet()).toBe(10);
  world.advance(2 * 60_000);
  const update = await follow(first, 'update');
  await world.fanOut(update);
  await world.finish(update, process);
  expect((await world.report(update)).outcomes).toMatchObject({ accepted: 0, held: 10 });
  const correction = await follow(first, 'correction');
  await world.fanOut(correction);
  await world.finish(correction, process);
  expect((await world.report(correction)).outcomes).toMatchObject({ accepted: 10, held: 0 });
});

test('a reader who slept through an alert is not woken by its correction', async () => {
  await world.subscribeQuiet(10, quiet(-60, 60));
  const first = await world.acceptAndFanOut();
  await world.finish(first, process);
  const correction = await follow(first, 'correction');
  await world.fanOut(correction);
  await world.finish(correction, process);
  expect((await world.report(correction)).outcomes).toMatchObject({ accepted: 0, held: 10 });
  expect(sentQuiet()).toBe(0);
});
