import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUEUE_PREFIX } from '../../../src/redis/keys.ts';
import { listen } from '../../support/gateway.ts';
import { startStack, type Stack } from '../../support/stack.ts';

// The whole line, in the processes of the product, with two servers of which one runs the canary.

const POLL = { timeout: 25_000, interval: 200 };
let stack: Stack;
let redis: Redis;
beforeAll(async () => {
  stack = await startStack({ env: { CANARY_SECONDS: '5' }, serverProcesses: 2 });
  redis = new Redis(stack.redis.url);
});
afterAll(async () => {
  redis?.disconnect();
  await stack?.stop();
});

async function checks(): Promise<{ status: number; canary: unknown }> {
  const { status, body } = await stack.api.call('/readyz');
  return { status, canary: (body as { checks: Record<string, string> }).checks['canary'] };
}
async function metric(name: string): Promise<number[]> {
  const { body } = await stack.api.call('/metrics');
  return [...String(body).matchAll(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
}

test('the canary comes through queue, worker, sender and gateway, and leaves nothing that readers or editors see', async () => {
  const reader = await listen(`${stack.origin.replace('http', 'ws')}/v1/live`);
  await reader.until(1);
  await expect.poll(checks, POLL).toEqual({ status: 200, canary: 'comes through' });
  await expect
    .poll(async () => {
      const text = String((await stack.api.call('/metrics')).body);
      return ['push', 'socket'].map((way) =>
        new RegExp(`ajil_canary_runs_total{[^}]*way="${way}",outcome="through"[^}]*} [1-9]`).test(text),
      );
    }, POLL)
    .toEqual([true, true]);
  for (const seconds of await metric('ajil_canary_seconds')) {
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(seconds).toBeLessThan(4);
  }
  expect(reader.messages).toHaveLength(1);
  expect(await metric('ajil_live_connections')).toEqual([1, 0]);
  expect((await metric('ajil_subscriptions')).every((count) => count === 0)).toBe(true);
  expect((await metric('ajil_deliveries_pending')).every((count) => count === 0)).toBe(true);
  for (const who of [stack.api.call, stack.api.asEditor]) {
    expect((await who('/v1/alerts')).body).toMatchObject({ alerts: [] });
  }
  const names = await redis.keys('*');
  expect(names.filter((name) => /:(alert|report|ledger|batches|holders|outbox|shard)/.test(name))).toEqual(
    [],
  );
  reader.socket.close();
});

test('a line that carries no alert is told after three runs, takes no server out, and is over when it carries again', async () => {
  const queue = new Queue('push-urgent', { connection: redis, prefix: QUEUE_PREFIX });
  await queue.pause();
  await expect
    .poll(checks, POLL)
    .toEqual({ status: 200, canary: expect.stringMatching(/^push failed [3-9] times in a row: no worker/) });
  expect(Math.max(...(await metric('ajil_canary_failures_in_a_row')))).toBeGreaterThanOrEqual(3);
  expect(stack.logs()).toContain('the canary failed three times in a row');
  await queue.resume();
  await expect.poll(checks, POLL).toEqual({ status: 200, canary: 'comes through' });
  await queue.close();
});
