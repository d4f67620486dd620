import { expect } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { test as base } from '../../support/line.ts';

const CROWD = 2000;
const FEW = 300;
const ANSWER_MS = 100;
// About 500 deliveries a second and process: slow enough that an alert is under way for a while.
const test = base.extend({ serviceOptions: { maxConcurrentStreams: 12 }, workerProcesses: 2 });

const nowMs = (): number => performance.timeOrigin + performance.now();

test(
  'an abort ends it within a second in every process, and the report says how many it reached',
  { timeout: 90_000 },
  async ({ service, stack, crowd }) => {
    await crowd(CROWD);
    await service.addFault({ type: 'latency', ms: ANSWER_MS });
    const alert = await stack.api.createAlert({ headline: 'عاجل: للإلغاء' });
    await stack.api.waitForReport(alert.id, ({ outcomes }) => outcomes.accepted > CROWD / 20);
    const { status } = await stack.api.asEditor(`/v1/alerts/${alert.id}/abort`, { method: 'POST' });
    const abortedAt = nowMs();
    expect(status).toBe(200);

    // Another alert to the same readers goes its whole way: so did all that was left of the first.
    const next = await stack.api.createAlert({ headline: 'عاجل: التالي' });
    expect(await stack.api.waitForReport(next.id, isComplete, 60_000)).toMatchObject({
      outcomes: { accepted: CROWD },
    });
    const { posts, collapsed } = await service.totals();
    const reached = posts - CROWD;
    expect(reached).toBeLessThan(CROWD);
    expect(collapsed).toBe(posts);
    const arrivals = await service.arrivals();
    const first = arrivals.find(({ epochMs }) => epochMs.length === reached);
    expect(first?.epochMs.at(-1)).toBeLessThan(abortedAt + 1000);
    const report = await stack.api.report(alert.id);
    expect(report).toMatchObject({
      status: 'aborted',
      audience: CROWD,
      outcomes: { accepted: reached, pending: CROWD - reached },
    });
  },
);

test(
  'a flash does not wait for thousands of deliveries of a normal alert',
  { timeout: 90_000 },
  async ({ service, stack, crowd }) => {
    await crowd(CROWD);
    await crowd(FEW, ['politics']);
    await service.addFault({ type: 'latency', ms: 3 * ANSWER_MS });
    const normal = await stack.api.createAlert({ headline: 'عادي', urgency: 'normal' });
    await stack.api.waitForReport(normal.id, ({ outcomes }) => outcomes.accepted > CROWD / 20);
    const flash = await stack.api.createAlert({
      headline: 'عاجل جدا',
      urgency: 'flash',
      topics: ['politics'],
    });
    for (const { id } of [flash, normal]) await stack.api.waitForReport(id, isComplete, 60_000);

    const arrivals = await service.arrivals();
    const of = (audience: number) =>
      arrivals.find(({ epochMs }) => epochMs.length === audience)?.epochMs ?? [];
    // Nearly all: one that must be tried again may take its time.
    const [firstAt = Infinity, nearlyAllAt = Infinity] = [of(FEW)[0], of(FEW)[Math.floor(0.95 * FEW)]];
    const normalAfter = (time: number): number => of(CROWD).filter((at) => at > time).length;
    expect(normalAfter(nearlyAllAt)).toBeGreaterThan(CROWD / 10);
    // All that the normal alert got on with meanwhile had begun before. Without ranks it is twice as much and more.
    expect(normalAfter(firstAt) - normalAfter(nearlyAllAt)).toBeLessThan(CROWD / 4);
    expect(await service.totals()).toMatchObject({ posts: CROWD + FEW, collapsed: CROWD + FEW });
  },
);
