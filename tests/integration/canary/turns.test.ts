import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCanary, type RunWay } from '../../../src/delivery/canary/runner.ts';
import { createCanaryState } from '../../../src/delivery/canary/state.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { closeRedis, connectRedis, type Redis } from '../../../src/redis/connect.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
let server: TestRedis;
let redis: Redis;
const closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', logger);
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  await closeRedis(redis);
  await server.stop();
});

const through: RunWay = async () => ({ ms: 1 });
function open(name: string, push: RunWay, socket = through, by = redis): void {
  const state = createCanaryState(redis);
  const parts = { redis: by, name, logger, now: Date.now, metrics: createMetrics(name), state };
  const canary = openCanary({ ...parts, seconds: 1, ways: { push, socket } });
  closers.push(() => canary.close());
}

test('of all servers one has the turn, and no run overlaps another', async () => {
  let running = 0;
  let most = 0;
  const runs = new Map<string, string>();
  for (const name of ['one', 'two', 'three']) {
    open(name, async (run, _at, deadline) => {
      runs.set(run, name);
      most = Math.max(most, ++running);
      await new Promise((over) => deadline.addEventListener('abort', over));
      running -= 1;
      return { fault: 'too late' };
    });
  }
  await expect.poll(() => runs.size, { timeout: 15_000 }).toBeGreaterThanOrEqual(4);
  expect(most).toBe(1);
});

test('a server whose Redis answers late has less time for its run, and does not overlap the next', async () => {
  const lateByMs = 400;
  const late = new Proxy(redis, {
    get: (target, name) =>
      name === 'set'
        ? async (...args: Parameters<Redis['set']>) => {
            const answer = await target.set(...args);
            await new Promise((over) => setTimeout(over, lateByMs));
            return answer;
          }
        : Reflect.get(target, name),
  });
  const lasted: number[] = [];
  open(
    'late',
    async (_run, _at, deadline) => {
      const began = performance.now();
      await new Promise((over) => deadline.addEventListener('abort', over));
      lasted.push(performance.now() - began);
      return { fault: 'too late' };
    },
    through,
    late,
  );
  await expect.poll(() => lasted.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(1);
  // A run of a second's canary may take 700 ms, from the moment at which the turn was asked for.
  expect(lasted[0]).toBeLessThan(600);
});

test('failures are counted in a row for all servers; a way that cannot be told now counts as nothing', async () => {
  const answers: (Awaited<ReturnType<RunWay>> | Error)[] = [
    { fault: 'no' },
    new Error('broken'),
    undefined,
    { fault: 'no' },
    { ms: 7 },
  ];
  const seen: number[] = [];
  const state = createCanaryState(redis);
  open('one', async () => {
    seen.push((await state.read()).ways.push.failuresInARow);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  await expect.poll(() => seen.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(6);
  expect(seen.slice(0, 6)).toEqual([0, 1, 2, 2, 3, 0]);
  expect((await state.read()).ways).toMatchObject({
    push: { ms: 7, failuresInARow: 0 },
    socket: { ms: 1, failuresInARow: 0 },
  });
});
