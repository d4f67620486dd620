import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewVersion } from '../../../src/alerts/input.ts';
import { nextVersion } from '../../../src/alerts/versions.ts';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import type { DeliveryReport } from '../../../src/delivery/report/report.ts';
import { openDeliveryWorld, type DeliveryProcess, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE, type SentMessage } from '../../support/scripted-push-service.ts';

const READERS = 40;
const NEW_TEXT = 'النص بعد التحديث';
let world: DeliveryWorld;
let process: DeliveryProcess;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  process = world.openProcess();
});
afterEach(() => world.close());

async function follow(version: FanOutJob, input: NewVersion): Promise<FanOutJob> {
  const last = await world.alerts.get(version.alertId);
  if (last === undefined) throw new Error('no alert');
  world.advance(500);
  const next = nextVersion(last, input, 'editor', world.now());
  await world.alerts.addVersion(next);
  return { ...version, version: next.version, urgency: next.urgency };
}
const updateSilently = (version: FanOutJob, headline = NEW_TEXT): Promise<FanOutJob> =>
  follow(version, { change: 'update', silent: true, headline });

const numberOf = (endpoint: string): number => Number(endpoint.split('/').at(-1));
const sent = (version: number): SentMessage[] =>
  world.service.messages().filter((message) => message.version === version);
/** How many messages the push service took for each device, and the last of them. */
function taken(): Map<string, { count: number; last: SentMessage }> {
  const devices = new Map<string, { count: number; last: SentMessage }>();
  for (const message of world.service.messages()) {
    if (!message.taken) continue;
    const count = (devices.get(message.endpoint)?.count ?? 0) + 1;
    devices.set(message.endpoint, { count, last: message });
  }
  return devices;
}
function expectToAddUp({ audience, outcomes }: DeliveryReport): void {
  expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(audience);
}

test('whoever has the alert keeps it as it is, and whoever was still to get it gets the new text, once', async () => {
  await world.subscribe(READERS);
  // Half of the devices are reached; the push service puts the others off.
  world.service.answer = (endpoint) => (numberOf(endpoint) % 2 === 0 ? ACCEPTED : UNAVAILABLE);
  const first = await world.acceptAndFanOut();
  await process.work();
  const second = await updateSilently(first);
  world.service.answer = () => ACCEPTED;
  await world.fanOut(second);
  await world.finish(second, process);

  const devices = taken();
  expect(devices.size).toBe(READERS);
  for (const [endpoint, { count, last }] of devices) {
    const had = numberOf(endpoint) % 2 === 0;
    expect([count, last.version, last.change]).toEqual([1, had ? 1 : 2, 'new']);
    if (!had) expect(last).toMatchObject({ title: NEW_TEXT, body: '' });
  }
  const [before, after] = await Promise.all([world.report(first), world.report(second)]);
  expect(before).toMatchObject({
    audience: READERS,
    outcomes: { accepted: READERS / 2, pending: READERS / 2 },
  });
  expect(after).toMatchObject({ audience: READERS / 2, outcomes: { accepted: READERS / 2, pending: 0 } });
  expectToAddUp(before);
  expectToAddUp(after);
});

test('when everybody has the alert, nothing is sent, and the version is finished at once', async () => {
  await world.subscribe(READERS);
  const first = await world.acceptAndFanOut();
  await world.finish(first, process);
  const second = await updateSilently(first);
  await world.fanOut(second);
  await process.work();
  expect(sent(2)).toEqual([]);
  expect((await world.alerts.get(first.alertId))?.status).toBe('sent');
  expect((await world.report(second)).audience).toBe(0);
});

test('a message that is on the wire is awaited: its reader gets no second one', async () => {
  await world.subscribe(READERS);
  world.service.places = 8;
  world.service.answer = () => 'hang';
  const first = await world.acceptAndFanOut();
  const working = process.work();
  await expect.poll(() => world.service.hanging()).toBe(8);
  const second = await updateSilently(first);
  const began = performance.now();
  const fanningOut = world.fanOut(second);
  // Longer than the lease of the first version's runs.
  await expect.poll(() => performance.now() - began, { timeout: 5000 }).toBeGreaterThan(1200);
  world.service.answer = () => ACCEPTED;
  world.service.answerHanging(ACCEPTED);
  await Promise.all([working, fanningOut]);
  await world.finish(second, process);
  expect(sent(1)).toHaveLength(8);
  expect(sent(2)).toHaveLength(READERS - 8);
  expect([...taken().values()].map(({ count }) => count)).toEqual(Array(READERS).fill(1));
});

test('readers whom a worker had taken before it was killed hear of the alert all the same', async () => {
  await world.subscribe(READERS);
  world.service.places = 1;
  world.service.answer = () => 'hang';
  const first = await world.acceptAndFanOut();
  const [batch = ''] = world.jobs.ids();
  const run = process.run(batch);
  run.catch(() => undefined);
  await expect.poll(() => world.service.hanging()).toBe(1);
  process.die();
  const second = await updateSilently(first);
  world.service.answer = () => ACCEPTED;
  world.service.places = 32;
  await world.fanOut(second);
  await world.finish(second, world.openProcess());
  expect(new Set(sent(2).map(({ endpoint }) => endpoint)).size).toBe(READERS);
});

test('a correction that was still to come is not lost: its readers hear of it, with its note and the newest text', async () => {
  await world.subscribe(READERS);
  const hasFirst = (endpoint: string): boolean => numberOf(endpoint) < 10;
  world.service.answer = (endpoint) => (hasFirst(endpoint) ? ACCEPTED : UNAVAILABLE);
  const first = await world.acceptAndFanOut();
  await process.work();
  const second = await follow(first, { change: 'correction', headline: 'النص الصحيح', note: 'ذكرنا خطأً' });
  const third = await updateSilently(second);
  world.service.answer = () => ACCEPTED;
  await world.fanOut(third);
  await world.finish(third, process);
  expect(sent(2)).toEqual([]);
  expect(sent(3)).toHaveLength(READERS);
  for (const { endpoint, change, title, body } of sent(3)) {
    expect({ change, title, body }).toEqual(
      hasFirst(endpoint)
        ? { change: 'correction', title: `تصحيح: ${NEW_TEXT}`, body: 'ذكرنا خطأً' }
        : { change: 'new', title: NEW_TEXT, body: '' },
    );
  }
});

test('silent versions that follow each other leave nobody out, and a later correction reaches everybody', async () => {
  await world.subscribe(READERS, 'urgent');
  world.service.answer = (endpoint) => (numberOf(endpoint) < 10 ? ACCEPTED : UNAVAILABLE);
  const first = await world.acceptAndFanOut();
  await process.work();
  const second = await updateSilently(first, 'التحديث الأول');
  world.service.answer = (endpoint) => (numberOf(endpoint) < 20 ? ACCEPTED : UNAVAILABLE);
  await world.fanOut(second);
  await process.work();
  const third = await updateSilently(second);
  world.service.answer = () => ACCEPTED;
  await world.fanOut(third);
  await world.finish(third, process);
  expect([1, 2, 3].map((n) => sent(n).filter((message) => message.taken).length)).toEqual([10, 10, 20]);
  // Nobody wants it for its urgency: it goes to those that the first version was for.
  const correction = { headline: 'النص الصحيح', note: 'ذكرنا خطأً', urgency: 'normal' } as const;
  const fourth = await follow(third, { change: 'correction', ...correction });
  await world.fanOut(fourth);
  await world.finish(fourth, process);
  expect(new Set(sent(4).map(({ endpoint, change }) => `${endpoint} ${change}`)).size).toBe(READERS);
  expect(sent(4).every(({ change }) => change === 'correction')).toBe(true);
});

test('what was stopped, or has expired, is owed to nobody', async () => {
  await world.subscribe(READERS);
  world.service.answer = () => UNAVAILABLE;
  const stopped = await world.acceptAndFanOut();
  const expired = await world.acceptAndFanOut();
  await process.work();
  await world.alerts.abort(stopped.alertId);
  world.service.answer = () => ACCEPTED;
  const before = world.service.messages().length;
  async function expectNobody(version: FanOutJob): Promise<void> {
    await world.fanOut(version);
    expect((await world.report(version)).audience).toBe(0);
  }
  await expectNobody(await updateSilently(stopped));
  world.advance(2 * 3_600_000);
  await expectNobody(await updateSilently(expired));
  await process.work();
  expect(world.service.messages()).toHaveLength(before);
});

test('readers whose quiet hours held the alert are not woken by its update', async () => {
  const minute = (ms: number): string => new Date(world.now() + ms).toISOString().slice(11, 16);
  await world.subscribeWith(10, {
    quietHours: { start: minute(-3_600_000), end: minute(600_000), timeZone: 'UTC' },
  });
  const first = await world.acceptAndFanOut();
  await world.finish(first, process);
  world.advance(1_200_000);
  const second = await updateSilently(first);
  await world.fanOut(second);
  await process.work();
  expect(world.service.messages()).toEqual([]);
});
