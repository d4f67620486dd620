import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Encryptor } from '../../../../src/push/encryption/encryptor.ts';
import type { Rank, SendOrder } from '../../../../src/push/types.ts';
import { FCM, message, openSenderWorld, receiver } from '../../../support/sender-world.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const quick: Encryptor = {
  kind: 'native',
  chunk: 32,
  encrypt: (jobs) => jobs.map(() => Buffer.from('body')),
};
const PER_MINUTE = 240;
const STEP_MS = 500;
/** Minutes are played, thousands of times a service is asked. */
const TIMEOUT_MS = 20_000;

/** What has been answered has come to its caller. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A service that takes so many messages in a minute and answers the others 429. Readers of two ranks wait; what was not sent
 * comes again, as the delivery room brings it: no earlier than it was told, and after a few seconds at least.
 */
async function serve(minutes: number, waiting: Readonly<Record<2 | 3, number>>, engagedLater = 0) {
  const world = openSenderWorld(quick);
  const accepted: { rank: Rank; atMs: number }[] = [];
  const refused: number[] = [];
  const due: { rank: 2 | 3; atMs: number }[] = [];
  for (const rank of [2, 3] as const) {
    for (let i = 0; i < waiting[rank]; i++) due.push({ rank, atMs: 0 });
  }
  const orders: Record<2 | 3, SendOrder> = { 2: { rank: 2, stopped: false }, 3: { rank: 3, stopped: false } };
  const target = { endpoint: `${FCM}/x`, p256dh: receiver.p256dh, auth: receiver.auth };
  let taken = 0;
  const begin = Date.now();
  for (let ms = 0; ms < minutes * 60_000; ms += STEP_MS) {
    if (ms === 3 * 60_000) for (let i = 0; i < engagedLater; i++) due.push({ rank: 2, atMs: 0 });
    if (ms % 60_000 === 0) taken = 0;
    const now = due.splice(0);
    for (const one of now) {
      if (one.atMs > ms || world.sender.busyMs(FCM, orders[one.rank]) > 0) {
        due.push(one.atMs > ms ? one : { ...one, atMs: ms + 2000 + Math.random() * 3000 });
        continue;
      }
      void world.sender.send(target, message, orders[one.rank]).then((answer) => {
        const atMs = Date.now() - begin;
        if (answer.type === 'accepted') accepted.push({ rank: one.rank, atMs });
        else if (answer.type === 'retry') {
          due.push({ ...one, atMs: atMs + Math.max(answer.afterMs, 2000 + Math.random() * 3000) });
        }
      });
    }
    await quiet();
    for (const request of world.open.slice()) {
      taken += 1;
      if (taken <= PER_MINUTE) request.answer(201);
      else {
        refused.push(ms);
        request.answer(429, { 'retry-after': '5' });
      }
    }
    await quiet();
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
  return { world, accepted, refused };
}

test(
  'its rate is held: nearly all of it is used, little is refused, and those who go first do',
  { timeout: TIMEOUT_MS },
  async () => {
    const { world, accepted, refused } = await serve(5, { 2: 600, 3: 1500 });
    expect(accepted.length).toBeGreaterThan(5 * PER_MINUTE * 0.8);
    // The rate is known after a minute; what was on its way then may still be refused in the second.
    expect(refused.filter((ms) => ms > 2 * 60_000)).toEqual([]);
    expect(refused.length).toBeLessThan(2 * PER_MINUTE);
    const lastOfFirst = accepted.findLastIndex(({ rank }) => rank === 2);
    const before = accepted.slice(0, lastOfFirst).filter(({ rank }) => rank === 3).length;
    expect(accepted.filter(({ rank }) => rank === 2)).toHaveLength(600);
    expect(before).toBeLessThan(200);
    expect(await world.metrics.metrics()).toMatch(
      /ajil_push_paced_per_minute\{provider="fcm"[^}]*\} 2[0-9]{2}/,
    );
  },
);

test(
  'once the rate is known, who comes later and goes first passes all who wait',
  { timeout: TIMEOUT_MS },
  async () => {
    const { accepted } = await serve(5, { 2: 0, 3: 1500 }, 150);
    const first = accepted.filter(({ rank }) => rank === 2).map(({ atMs }) => atMs);
    expect(first).toHaveLength(150);
    expect(Math.max(...first)).toBeLessThan(3 * 60_000 + 60_000);
  },
);
