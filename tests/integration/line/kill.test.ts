import { expect } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { test } from '../../support/line.ts';
import type { Stack } from '../../support/stack.ts';

const AUDIENCE = 300;
const ANSWER_MS = 100;
// A delivery that was answered but not yet checkpointed is made again: the ledger is written every 250 ms at least.
const CHECKPOINT_MS = 250;
/** How long writing a checkpoint, and noticing the kill, may take on a busy machine. */
const SLACK_MS = 250;

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
  Redis: (stack: Stack) => stack.redis.crash(),
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
  })),
  ...(['worker', 'Redis', 'everything'] as const).map((victim) => ({ victim, moment: 'half-way' })),
];

test.for(CASES)(
  'kill -9 of $victim $moment: nobody is left out, and few get it twice',
  { timeout: 150_000 },
  async ({ victim, moment }, { service, stack, readers }) => {
    await readers(AUDIENCE);
    await service.addFault({ type: 'latency', ms: ANSWER_MS });
    const alert = await stack.api.createAlert({ headline: 'عاجل: اختبار الانقطاع' });
    if (moment === 'half-way') {
      await expect
        .poll(async () => (await service.totals()).posts, { interval: 10, timeout: 20_000 })
        .toBeGreaterThan(AUDIENCE / 10);
    }
    const killedAt = performance.timeOrigin + performance.now();
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
  },
);
