import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nextVersion } from '../../../src/alerts/versions.ts';
import type { Urgency } from '../../../src/alerts/schema.ts';
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
  world.service.messages().filter(({ endpoint }) => endpoint.includes('/wishes/')).length;
async function follow(version: FanOutJob, change: 'update' | 'correction'): Promise<FanOutJob> {
  const last = await world.alerts.get(version.alertId);
  const next = nextVersion(last!, { change, headline: 'نص آخر' }, 'editor', world.now());
  await world.alerts.addVersion(next);
  return { ...version, version: next.version };
}

test('quiet hours hold an urgent alert: nothing leaves, and the report says why and adds up', async () => {
  await world.subscribe(20);
  await world.subscribeWith(30, { quietHours: quiet(-60, 60) });
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
  await world.subscribeWith(10, { quietHours: quiet(-60, 60, flash) });
  const version = await world.accept('flash');
  await world.fanOut(version);
  await world.finish(version, process);
  expect((await world.report(version)).outcomes).toMatchObject(expected);
});

test('an alert that is tried again after the reader has gone to sleep is held', async () => {
  await world.subscribeWith(10, { quietHours: quiet(1, 120) });
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
  await world.subscribeWith(10, { quietHours: quiet(1, 120) });
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
  await world.subscribeWith(10, { quietHours: quiet(-60, 60) });
  const first = await world.acceptAndFanOut();
  await world.finish(first, process);
  const correction = await follow(first, 'correction');
  await world.fanOut(correction);
  await world.finish(correction, process);
  expect((await world.report(correction)).outcomes).toMatchObject({ accepted: 0, held: 10 });
  expect(sentQuiet()).toBe(0);
});

const toEach = (): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { endpoint } of world.service.messages()) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  return counts;
};
const send = async (urgency?: Urgency): Promise<FanOutJob> => {
  const version = await world.accept(urgency);
  await world.fanOut(version);
  return version;
};

test('a daily cap holds what is over it until the reader’s day is over; a flash passes and does not count', async () => {
  const [endpoint = ''] = await world.subscribeWith(1, {
    dailyCap: 2,
    quietHours: { start: '00:00', end: '00:00', timeZone: 'Asia/Riyadh' },
  });
  const outcomes = [];
  for (const urgency of ['flash', 'urgent', 'normal', 'urgent', 'flash'] as const) {
    const version = await send(urgency);
    await world.finish(version, process);
    const { outcomes: came, held } = await world.report(version);
    outcomes.push([came.accepted, came.held, held.cap]);
  }
  expect(outcomes).toEqual([
    [1, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 1],
    [1, 0, 0],
  ]);
  world.advance(24 * 3_600_000);
  await world.finish(await send('urgent'), process);
  expect(toEach().get(endpoint)).toBe(5);
});

test('versions of an alert count once: an update reaches the reader whose day it filled, and is held for another', async () => {
  await world.subscribeWith(5, { dailyCap: 1 });
  const first = await send();
  await world.finish(first, process);
  const second = await send();
  await world.finish(second, process);
  expect((await world.report(second)).held).toEqual({ quiet: 0, cap: 5 });
  for (const [alert, change, accepted] of [
    [first, 'update', 5],
    [second, 'update', 0],
    [first, 'correction', 5],
    [second, 'correction', 0],
  ] as const) {
    const version = await follow(alert, change);
    await world.fanOut(version);
    await world.finish(version, process);
    expect((await world.report(version)).outcomes).toMatchObject({ accepted, held: 5 - accepted });
  }
});

test('whatever comes together, is tried again or runs twice, nobody gets more than the cap, and everybody gets as much', async () => {
  const scenario = fc.record({
    cap: fc.integer({ min: 1, max: 3 }),
    alerts: fc.integer({ min: 1, max: 5 }),
    failures: fc.array(fc.boolean(), { maxLength: 12 }),
    workers: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ cap, alerts, failures, workers }) => {
      const own = await openDeliveryWorld();
      try {
        const endpoints = await own.subscribeWith(6, { dailyCap: cap });
        const got = new Map<string, number>();
        own.service.answer = (endpoint) => {
          if (failures.pop() === true) return UNAVAILABLE;
          got.set(endpoint, (got.get(endpoint) ?? 0) + 1);
          return ACCEPTED;
        };
        const processes = Array.from({ length: workers }, () => own.openProcess());
        const versions = await Promise.all(Array.from({ length: alerts }, () => own.acceptAndFanOut()));
        await Promise.all(processes.map((one) => one.work()));
        for (const version of versions) await own.finish(version, processes[0] ?? own.openProcess());
        expect(endpoints.map((endpoint) => got.get(endpoint))).toEqual(
          endpoints.map(() => Math.min(cap, alerts)),
        );
        const held = await Promise.all(versions.map(async (version) => (await own.report(version)).held.cap));
        expect(held.reduce((sum, count) => sum + count, 0)).toBe(6 * Math.max(0, alerts - cap));
      } finally {
        await own.close();
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);
