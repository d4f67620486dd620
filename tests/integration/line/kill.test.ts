import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { test as base } from '../../support/line.ts';
import type { Stack } from '../../support/stack.ts';

const AUDIENCE = 300;
const ANSWER_MS = 100;
// Slow enough (about 100 deliveries a second) that a kill finds some deliveries done, some under way, some not begun.
const test = base.extend({ serviceOptions: { maxConcurrentStreams: 3 } });

/** The ledger is written at least so often; what was answered since is sent again. */
const CHECKPOINT_MS = 250;
/** Writing a checkpoint and dying take their time on a busy machine. */
const SLACK_MS = 150;
const OUTAGE_MS = 1000;

/** Ends the victim without warning, and brings it back. */
const VICTIMS = {
  worker: async (stack: Stack) => {
    await stack.kill('worker', 'SIGKILL');
    await stack.restart('worker');
  },
  server: async (stack: Stack) => {
    await stack.kill('server', 'SIGKILL');
    await stack.restart('server');
  },
  Redis: async (stack: Stack) => {
    await stack.redis.kill();
    await sleep(OUTAGE_MS);
    await stack.redis.restart();
  },
  everything: async (stack: Stack) => {
    await Promise.all([stack.kill('worker', 'SIGKILL'), stack.kill('server', 'SIGKILL'), stack.redis.kill()]);
    await stack.redis.restart();
    await Promise.all([stack.restart('server'), stack.restart('worker')]);
  },
};

const CASES = [
  ...(['worker', 'server', 'Redis', 'everything'] as const).map((victim) => ({
    victim,
    moment: 'at the 201',
    after: 0,
  })),
  ...(['worker', 'Redis', 'everything'] as const).map((victim) => ({
    victim,
    moment: 'half-way',
    after: AUDIENCE / 2,
  })),
];

test.for(CASES)(
  'kill -9 of $victim $moment: nobody is left out, and only what was in doubt comes twice',
  { timeout: 150_000 },
  async ({ victim, after }, { service, stack, readers }) => {
    await readers(AUDIENCE);
    await service.addFault({ type: 'latency', ms: ANSWER_MS });
    const alert = await stack.api.createAlert({ headline: 'عاجل: اختبار الانقطاع' });
    await expect
      .poll(async () => (await service.totals()).posts, { interval: 10, timeout: 20_000 })
      .toBeGreaterThanOrEqual(after);
    const killedAt = performance.timeOrigin + performance.now();
    const postsBefore = (await service.totals()).posts;
    expect(postsBefore).toBeLessThan(AUDIENCE);
    await VICTIMS[victim](stack);

    const report = await stack.api.waitForReport(alert.id, isComplete, 120_000);
    expect(report).toMatchObject({ audience: AUDIENCE, outcomes: { accepted: AUDIENCE, pending: 0 } });
    const { posts, collapsed, refusals } = await service.totals();
    expect(refusals).toEqual([]);
    expect(collapsed).toBe(AUDIENCE);
    const [arrival] = await service.arrivals();
    const inDoubt = (arrival?.epochMs ?? []).filter(
      (at) => at > killedAt - CHECKPOINT_MS - SLACK_MS && at < killedAt + ANSWER_MS + SLACK_MS,
    );
    expect(posts - collapsed).toBeLessThanOrEqual(inDoubt.length);
    if (after > 0) expect(inDoubt.length).toBeLessThan(postsBefore);
  },
);

test('while Redis is away an alert is refused at once with 503, and taken when it is back', async ({
  service,
  stack,
  readers,
}) => {
  await readers(3);
  await stack.redis.kill();
  const body = { headline: 'عاجل', lang: 'ar', topics: ['world'] };
  const began = performance.now();
  const refused = await stack.api.asEditor('/v1/alerts', { method: 'POST', body });
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(3000);
  expect((await stack.api.call('/readyz')).status).toBe(503);
  await stack.redis.restart();
  await expect.poll(async () => (await stack.api.call('/readyz')).status, { timeout: 20_000 }).toBe(200);
  const alert = await stack.api.createAlert({ headline: 'عاجل' });
  expect(await stack.api.waitForReport(alert.id, isComplete)).toMatchObject({ audience: 3 });
  expect(await service.totals()).toMatchObject({ posts: 3, collapsed: 3 });
});
