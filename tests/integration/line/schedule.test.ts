import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import type { EditorAlert } from '../../../src/alerts/schema.ts';
import { keys } from '../../../src/redis/keys.ts';
import { isComplete } from '../../support/api-client.ts';
import { startPushService, type PushService } from '../../support/push-service/start.ts';
import { startStack, type Stack } from '../../support/stack.ts';

const READERS = 3;
const [ONCE, NEVER] = [Array<number>(READERS).fill(1), Array<number>(READERS).fill(0)];
const STEP_MS = 300;
/** While everything is up, an alert leaves within so long of its time. */
const IN_TIME_MS = 1000;
/** The ledger is written at least so often, and late on a busy machine: what was answered since is sent again. */
const IN_DOUBT_MS = 250 + 150;
/** The servers' clock is Redis's, which they ask for over a socket: so far it may be from ours. */
const CLOCKS_MS = 20;

let service: PushService;
let stack: Stack;
let endpoints: string[];
beforeAll(async () => {
  service = await startPushService();
  stack = await startStack({ pushServices: [service] });
  const applicationServerKey = stack.vapidPublicKey;
  const subscriptions = await service.createSubscriptions(READERS, { applicationServerKey });
  endpoints = subscriptions.map(({ endpoint }) => endpoint);
  await stack.api.subscribeAll(subscriptions);
  // Proven subscriptions do not wait for others.
  const { id } = await stack.api.createAlert({ headline: 'قبل المواعيد' });
  await stack.api.waitForReport(id, isComplete);
});
beforeEach(() => onTestFailed(() => void process.stderr.write(stack.logs())));
afterAll(async () => {
  await stack?.stop();
  await service?.stop();
});

let written = 0;
/** An alert that is due so many ms from now. */
const schedule = (inMs: number): Promise<EditorAlert> =>
  stack.api.createAlert({
    headline: `موعد رقم ${(written += 1)}`,
    sendAt: new Date(Date.now() + inMs).toISOString(),
  });
const dueAt = ({ sendAt }: EditorAlert): number => Date.parse(sendAt ?? '');
const stored = async ({ id }: EditorAlert): Promise<EditorAlert> =>
  (await stack.api.asEditor(`/v1/alerts/${id}`)).body as EditorAlert;
const cancel = async ({ id }: EditorAlert): Promise<number> =>
  (await stack.api.asEditor(`/v1/alerts/${id}/cancellation`, { method: 'POST' })).status;

/** When messages of an alert came to each device, ms since the epoch. */
async function arrivals({ id }: EditorAlert): Promise<number[][]> {
  const received = await Promise.all(endpoints.map((endpoint) => service.received(endpoint)));
  return received.map((messages) =>
    messages
      .filter(({ payload }) => JSON.parse(payload).notification.data.id === id)
      .map(({ receivedAt }) => receivedAt),
  );
}
const counts = async (alert: EditorAlert): Promise<number[]> =>
  (await arrivals(alert)).map(({ length }) => length);

const VICTIMS = {
  'the server': async () => {
    await stack.kill('server', 'SIGKILL');
    await stack.restart('server');
  },
  'the worker': async () => {
    await stack.kill('worker', 'SIGKILL');
    await stack.restart('worker');
  },
  Redis: () => stack.redis.crash(),
};

test.for(['the server', 'the worker', 'Redis'] as const)(
  'kill -9 of %s while alerts fall due: every device gets each of them once, never early, and in time while all is up',
  { timeout: 60_000 },
  async (victim) => {
    const alerts = await Promise.all(Array.from({ length: 8 }, (_, n) => schedule(1000 + n * STEP_MS)));
    await sleep(Math.max(...alerts.slice(0, 5).map(dueAt)) - Date.now());
    const killedAt = Date.now();
    await VICTIMS[victim]();
    await expect.poll(async () => (await stack.api.call('/readyz')).status, { timeout: 20_000 }).toBe(200);
    const backAt = Date.now();
    for (const alert of [...alerts, await schedule(500)]) {
      await stack.api.waitForReport(alert.id, isComplete, 30_000);
      const due = dueAt(alert);
      const wasUp = due + IN_TIME_MS < killedAt || due > backAt;
      const released = Date.parse((await stored(alert)).publishedAt ?? '') - due;
      expect(released).toBeGreaterThanOrEqual(0);
      // No worker is needed for that.
      if (wasUp || victim === 'the worker') expect(released).toBeLessThan(IN_TIME_MS);
      for (const [first = NaN, ...again] of await arrivals(alert)) {
        expect(first).toBeGreaterThan(due - CLOCKS_MS);
        if (wasUp) expect(first).toBeLessThan(due + IN_TIME_MS);
        if (again.length === 0) continue;
        // On the device the second takes the place of the first.
        expect(victim).not.toBe('the server');
        expect(first).toBeGreaterThan(killedAt - IN_DOUBT_MS);
        expect(first).toBeLessThan(backAt);
      }
    }
    const { refusals } = await service.totals();
    expect(refusals).toEqual([]);
    for (const { collapsed } of await service.counts(endpoints)) expect(collapsed).toBe(written + 1);
  },
);

test('an outage past their time: what still lives leaves once, what has expired is told and reaches nobody, and what was cancelled at its edges never leaves', async () => {
  const alerts = await Promise.all(Array.from({ length: 8 }, () => schedule(2000)));
  const [late, expired, undone, ...raced] = alerts as [EditorAlert, EditorAlert, EditorAlert];
  // The least life that editors may choose is a minute: too long for a test.
  const redis = new Redis(stack.redis.url);
  const short = { ...(await stored(expired)), expiresAt: new Date(dueAt(expired) + 500).toISOString() };
  await redis.hset(keys.alert(expired.id), 'v:1', JSON.stringify(short));
  redis.disconnect();

  expect(await cancel(undone)).toBe(200);
  await Promise.all([stack.kill('server', 'SIGKILL'), stack.kill('worker', 'SIGKILL'), stack.redis.kill()]);
  const latest = Math.max(...alerts.map(dueAt));
  expect(Date.now()).toBeLessThan(Math.min(...alerts.map(dueAt)));
  await sleep(latest + 700 - Date.now());
  await stack.redis.restart();
  await Promise.all([stack.restart('server'), stack.restart('worker')]);
  const answers = await Promise.all(raced.map(cancel));
  // What is due later leaves later.
  const after = await schedule(500);
  const left = raced.filter((_, index) => answers[index] !== 200);
  for (const { id } of [late, ...left, after]) await stack.api.waitForReport(id, isComplete);

  expect(await counts(late)).toEqual(ONCE);
  for (const [index, alert] of raced.entries()) {
    expect([200, 409]).toContain(answers[index]);
    expect(await counts(alert)).toEqual(answers[index] === 200 ? NEVER : ONCE);
  }
  for (const alert of [expired, undone]) {
    expect(await stored(alert)).toMatchObject({ status: 'cancelled' });
    expect(await counts(alert)).toEqual(NEVER);
    expect((await stack.api.call(`/v1/alerts/${alert.id}`)).status).toBe(404);
  }
  expect(stack.logs()).toContain('a scheduled alert expired before it could be sent');
  const { body } = await stack.api.asEditor('/v1/audit?limit=50');
  const entry = expect.objectContaining({ action: 'alert.expire', target: expired.id, editorId: 'system' });
  expect((body as { entries: unknown[] }).entries).toContainEqual(entry);
});
