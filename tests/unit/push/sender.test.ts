import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Encryptor } from '../../../src/push/encryption/encryptor.ts';
import { TransportError, type SendOrder } from '../../../src/push/types.ts';
import {
  APPLE,
  FCM,
  message,
  MOZILLA,
  openSenderWorld,
  quiet,
  receiver,
} from '../../support/sender-world.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('one message', () => {
  test('carries every header, and its body is for this reader', async () => {
    const { send, open, tally } = openSenderWorld();
    send(FCM);
    await quiet();
    const [request] = open;
    expect(request?.path).toBe('/0');
    expect(request?.headers).toEqual({
      authorization: expect.stringMatching(/^vapid t=[\w.-]+, k=[\w-]{87}$/) as string,
      'content-encoding': 'aes128gcm',
      'content-type': 'application/notification+json',
      ttl: '3600',
      urgency: 'high',
      topic: 'a'.repeat(32),
    });
    expect(receiver.decrypt(request?.body as Buffer).toString()).toBe('{"web_push":8030}');
    request?.answer(201);
    await quiet();
    expect(tally()).toEqual({ accepted: 1 });
  });

  test('for WNS asks to be kept for devices that are away', async () => {
    const { send, open } = openSenderWorld();
    send('https://wns2-a.notify.windows.com');
    await quiet();
    expect(open[0]?.headers['x-wns-cache-policy']).toBe('cache');
  });

  test('is never sent to a stranger’s endpoint', async () => {
    const { send, open, answers } = openSenderWorld();
    send('https://127.0.0.1');
    send('https://permanently-removed.invalid');
    await quiet();
    expect(open).toHaveLength(0);
    expect(answers).toEqual([
      { type: 'rejected', status: 0, reason: 'the endpoint must belong to a known push service' },
      { type: 'gone', status: 0 },
    ]);
  });

  test('for a key that is not on the curve is rejected and no longer in flight', async () => {
    const { sender, send, open } = openSenderWorld();
    const bad = { endpoint: `${FCM}/x`, p256dh: Buffer.alloc(65, 4), auth: receiver.auth };
    const answers = await Promise.all(Array.from({ length: 100 }, () => sender.send(bad, message)));
    expect(answers.every((answer) => answer.type === 'rejected')).toBe(true);
    send(FCM);
    await quiet();
    expect(open).toHaveLength(1);
  });

  test('without an answer is given up after its deadline; a late answer changes nothing', async () => {
    const { send, open, tally } = openSenderWorld();
    send(FCM);
    await quiet();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(tally()).toEqual({ timeout: 1 });
    open[0]?.answer(201);
    await quiet();
    expect(tally()).toEqual({});
  });

  test.each([
    [new TransportError('closed', 'x', true), { connection: 1 }],
    [new TransportError('connect', 'x', false), { 'connection (not sent)': 1 }],
    [new Error('not of the contract'), { connection: 1 }],
  ])('whose transport fails with %s is an answer, not an exception', async (error, expected) => {
    const { send, open, tally } = openSenderWorld();
    send(FCM);
    await quiet();
    open[0]?.fail(error);
    await quiet();
    expect(tally()).toEqual(expected);
  });
});

describe('many messages', () => {
  test('of one turn are encrypted in chunks, each only when its turn has come', async () => {
    const sizes: number[] = [];
    const counting: Encryptor = {
      kind: 'native',
      chunk: 32,
      encrypt: (jobs) => {
        sizes.push(jobs.length);
        return jobs.map(() => Buffer.from('body'));
      },
    };
    const { send, open } = openSenderWorld(counting);
    send(FCM, 500);
    send(MOZILLA, 10);
    await quiet();
    expect(sizes).toEqual([32, 10]);
    expect(open).toHaveLength(42);
  });

  test('go faster while answers come fast, and all arrive', async () => {
    const { send, open, tally, answers } = openSenderWorld();
    send(FCM, 1000);
    let most = 0;
    for (let turn = 0; answers.length < 1000 && turn < 200; turn++) {
      await quiet();
      most = Math.max(most, open.length);
      vi.setSystemTime(Date.now() + 20);
      for (const request of open.slice()) request.answer(201);
    }
    expect(most).toBeGreaterThan(100);
    await quiet();
    expect(tally()).toEqual({ accepted: 1000 });
  });

  test('beyond what may wait are answered at once', async () => {
    const { send, tally } = openSenderWorld();
    send(FCM, 20_000);
    await quiet();
    expect(tally()).toEqual({ 'saturated (not sent)': 20_000 - 32 - 16_384 });
  });

  test('leave room for more urgent ones, and some for each push service', async () => {
    const { send, tally } = openSenderWorld();
    const [flash, urgent, normal] = ([0, 2, 4] as const).map((rank) => ({ rank, stopped: false }));
    send(FCM, 16_000, normal);
    send(MOZILLA, 1000, normal);
    await quiet();
    expect(tally()).toEqual({ 'saturated (not sent)': 17_000 - 32_768 / 2 });
    send(MOZILLA, 9000, urgent);
    await quiet();
    expect(tally()).toEqual({ 'saturated (not sent)': 9000 - 32_768 / 4 });
    send(MOZILLA, 9000, flash);
    await quiet();
    expect(tally()).toEqual({ 'saturated (not sent)': 9000 - 32_768 / 4 });
    send(APPLE, 300, normal);
    await quiet();
    expect(tally()).toEqual({ 'saturated (not sent)': 300 - 256 });
  });

  test('are useless while more than twice as many wait as may be in flight', () => {
    const { sender, send } = openSenderWorld();
    send(FCM, 32 + 64);
    expect(sender.busyMs(FCM, { rank: 2 })).toBe(0);
    send(FCM);
    expect(sender.busyMs(FCM, { rank: 2 })).toBe(1000);
  });

  test('wait longer at a healthy service, because then our own machine is slow', async () => {
    const { send, open, tally } = openSenderWorld();
    send(FCM, 2000);
    for (let second = 0; second < 9; second++) {
      await quiet();
      for (const request of open.slice(0, 40)) request.answer(201);
      await quiet();
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(Object.keys(tally())).toEqual(['accepted']);
    for (const request of open.slice()) request.answer(429);
    await quiet();
    expect(Object.keys(tally()).sort()).toEqual(['saturated (not sent)', 'throttled']);
  });
});

describe('a service that stalls', () => {
  test('keeps its messages two seconds, then says so, then at once; the others never notice', async () => {
    const { send, openAt, tally } = openSenderWorld();
    send(FCM, 100);
    await quiet();
    expect(openAt(FCM)).toHaveLength(32);
    await vi.advanceTimersByTimeAsync(1999);
    expect(tally()).toEqual({});
    await vi.advanceTimersByTimeAsync(1);
    expect(tally()).toEqual({ 'saturated (not sent)': 68 });

    await vi.advanceTimersByTimeAsync(10);
    send(FCM, 50);
    send(MOZILLA, 20);
    await quiet();
    expect(tally()).toEqual({ 'saturated (not sent)': 50 });
    for (const request of openAt(MOZILLA)) request.answer(201);
    await quiet();
    expect(tally()).toEqual({ accepted: 20 });
  });

  test('that answers most but leaves some hanging serves the others at full speed', async () => {
    const { send, openAt, tally } = openSenderWorld();
    send(FCM, 31);
    await quiet();
    vi.advanceTimersByTime(1900);
    send(FCM, 40);
    await quiet();
    for (const request of openAt(FCM)
      .filter(({ path }) => path === '/0')
      .slice(1))
      request.answer(201);
    await quiet();
    expect(tally()).toEqual({ accepted: 1 });
    // 31 hang; until they are overdue one place is left, then all of them are free again.
    expect(openAt(FCM)).toHaveLength(32);
    vi.advanceTimersByTime(200);
    for (const request of openAt(FCM).slice(31)) request.answer(201);
    await quiet();
    expect(openAt(FCM).length).toBeGreaterThanOrEqual(31 + 32);
  });

  test('is not alive because a request timed out', async () => {
    const { send, openAt, tally } = openSenderWorld();
    send(FCM, 40);
    await quiet();
    await vi.advanceTimersByTimeAsync(1900);
    openAt(FCM)[0]?.fail(new TransportError('timeout', 'x', true));
    await quiet();
    expect(openAt(FCM)).toHaveLength(32);
    await vi.advanceTimersByTimeAsync(100);
    expect(tally()).toEqual({ timeout: 1, 'saturated (not sent)': 7 });
    send(FCM, 5);
    await quiet();
    expect(tally()).toEqual({ 'saturated (not sent)': 5 });
  });

  test('is found out within two seconds even if it was healthy before', async () => {
    const { send, openAt, tally } = openSenderWorld();
    send(FCM, 500);
    await quiet();
    for (const request of openAt(FCM)) request.answer(201);
    await quiet();
    expect(tally()).toEqual({ accepted: 32 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(tally()).toEqual({ 'saturated (not sent)': 500 - 32 - 64 });
  });

  test('is left alone after its timeouts, then probed by one', async () => {
    const { send, openAt, tally } = openSenderWorld();
    send(FCM, 32);
    await quiet();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(tally()).toEqual({ timeout: 32 });
    const stale = openAt(FCM).length;
    send(FCM, 10);
    await quiet();
    expect(tally()).toEqual({ 'circuit-open (not sent)': 10 });
    await vi.advanceTimersByTimeAsync(1000);
    send(FCM, 10);
    await quiet();
    expect(openAt(FCM).length - stale).toBe(1);
    expect(tally()).toEqual({ 'circuit-open (not sent)': 9 });
    openAt(FCM).at(-1)?.answer(201);
    await quiet();
    send(FCM, 5);
    await quiet();
    expect(openAt(FCM).length - stale).toBe(5);
  });
});

describe('a service that throttles', () => {
  test('is given the rest it asks for, and less afterwards', async () => {
    const { send, openAt, tally, answers } = openSenderWorld();
    send(FCM, 100);
    await quiet();
    for (const request of openAt(FCM)) request.answer(429, { 'retry-after': '60' });
    await quiet();
    const rest = { type: 'retry', reason: 'throttled', afterMs: 60_000 };
    expect(answers).toContainEqual({ ...rest, attempted: true });
    // It was understood at the eleventh, when ten more had been begun.
    expect(tally()).toEqual({ throttled: 32, 'throttled (not sent)': 58 });
    send(FCM);
    await quiet();
    expect(answers[0]).toMatchObject({ reason: 'throttled', afterMs: 60_000, attempted: false });
    for (const request of openAt(FCM)) request.answer(201);
    await vi.advanceTimersByTimeAsync(60_000);
    send(FCM, 100);
    await quiet();
    expect(openAt(FCM).length).toBeLessThan(32);
  });

  test('for a moment only makes its messages wait', async () => {
    const { send, openAt, tally } = openSenderWorld();
    send(FCM, 50);
    await quiet();
    for (const request of openAt(FCM)) request.answer(429);
    await quiet();
    for (const request of openAt(FCM)) request.answer(201);
    await quiet();
    expect(openAt(FCM)).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1000);
    await quiet();
    expect(openAt(FCM)).toHaveLength(8);
    for (const request of openAt(FCM)) request.answer(201);
    await quiet();
    expect(tally()).toEqual({ throttled: 32, accepted: 18 });
  });
});

test('an order knows how many of its messages wait for their turn', async () => {
  const { sender, send, openAt } = openSenderWorld();
  const order: SendOrder = { rank: 1, stopped: false };
  send(FCM, 40, order);
  expect(order.waiting).toBe(8);
  await quiet();
  openAt(FCM)[0]?.answer(201);
  await quiet();
  expect(order.waiting).toBe(7);
  sender.withdraw(order);
  expect(order.waiting).toBe(0);
});

test('an order whose lease is over waits for a new one, and then goes on', async () => {
  const { send, open, tally } = openSenderWorld();
  const order: SendOrder = { rank: 1, stopped: false, leaseUntil: performance.now() - 1 };
  send(FCM, 3, order);
  await vi.advanceTimersByTimeAsync(500);
  await quiet();
  expect(open).toHaveLength(0);
  order.leaseUntil = performance.now() + 1000;
  await vi.advanceTimersByTimeAsync(50);
  await quiet();
  expect(open).toHaveLength(3);
  for (const request of open.slice()) request.answer(201);
  await quiet();
  expect(tally()).toEqual({ accepted: 3 });
});

test('a lease that ends between the start of a message and its request keeps it from being sent', async () => {
  const { send, open, tally } = openSenderWorld();
  const order: SendOrder = { rank: 1, stopped: false, leaseUntil: performance.now() + 100 };
  send(FCM, 2, order);
  order.leaseUntil = performance.now() - 1;
  await quiet();
  expect(open).toHaveLength(0);
  expect(tally()).toEqual({ 'stopped (not sent)': 2 });
});

describe('connections are opened ahead', () => {
  test('to a service of which a first message comes, before that is encrypted', () => {
    const { send, open, preconnected } = openSenderWorld();
    send(FCM, 3);
    expect(open).toHaveLength(0);
    expect(preconnected).toEqual([FCM]);
  });

  test('to those that are used most, and to none that is left alone', async () => {
    const { sender, send, openAt, preconnected } = openSenderWorld();
    const regions = Array.from({ length: 8 }, (_, i) => `https://r${i}.notify.windows.com`);
    for (const [index, origin] of [MOZILLA, ...regions].entries()) {
      send(origin, index + 1);
      await quiet();
      for (const request of openAt(origin)) request.answer(201);
    }
    send(FCM, 32);
    await quiet();
    await vi.advanceTimersByTimeAsync(2000);
    for (const request of openAt(FCM)) request.answer(503);
    await quiet();
    preconnected.length = 0;
    sender.preconnect();
    // FCM has answered most, but is left alone now.
    expect(preconnected).toEqual(regions.toReversed());
  });
});

describe('a service that does not accept us', () => {
  test('gets nothing for a while, is probed, and gets everything once it accepts us again', async () => {
    const { send, openAt, tally, metrics } = openSenderWorld();
    for (let i = 0; i < 3; i++) {
      send(FCM);
      await quiet();
      await vi.advanceTimersByTimeAsync(700);
      openAt(FCM)[0]?.answer(403);
      await quiet();
    }
    expect(tally()).toEqual({ unauthorized: 3 });
    send(FCM, 5);
    send(MOZILLA, 5);
    await quiet();
    expect(tally()).toEqual({ 'circuit-open (not sent)': 5 });
    expect(openAt(MOZILLA)).toHaveLength(5);
    for (const request of openAt(MOZILLA)) request.answer(201);
    await quiet();
    expect(tally()).toEqual({ accepted: 5 });
    expect(await metrics.metrics()).toMatch(/ajil_push_circuits_open\{provider="fcm".*\} 1/);

    await vi.advanceTimersByTimeAsync(30_000);
    send(FCM);
    await quiet();
    openAt(FCM)[0]?.answer(403);
    await quiet();
    await vi.advanceTimersByTimeAsync(59_000);
    send(FCM);
    await quiet();
    expect(tally()).toEqual({ unauthorized: 1, 'circuit-open (not sent)': 1 });
    await vi.advanceTimersByTimeAsync(1000);
    send(FCM);
    await quiet();
    openAt(FCM)[0]?.answer(201);
    await quiet();
    send(FCM, 10);
    await quiet();
    expect(openAt(FCM)).toHaveLength(10);
  });

  test('because of one reader’s old key goes on serving the others', async () => {
    const { send, openAt, tally } = openSenderWorld();
    for (let i = 0; i < 30; i++) {
      send(FCM);
      await quiet();
      openAt(FCM)[0]?.answer(i % 2 === 0 ? 403 : 201);
      await quiet();
    }
    expect(tally()).toEqual({ unauthorized: 15, accepted: 15 });
  });

  test('because of many strangers’ subscriptions at once goes on serving the others', async () => {
    const { send, openAt, tally } = openSenderWorld();
    send(FCM, 32);
    await quiet();
    for (const request of openAt(FCM)) request.answer(403);
    await vi.advanceTimersByTimeAsync(100);
    send(FCM);
    await quiet();
    openAt(FCM)[0]?.answer(201);
    await quiet();
    expect(tally()).toEqual({ unauthorized: 32, accepted: 1 });
  });

  test('and then asks for less does accept us', async () => {
    const { send, openAt, tally } = openSenderWorld();
    for (const status of [403, 403, 429, 403]) {
      send(FCM);
      await quiet();
      await vi.advanceTimersByTimeAsync(1000);
      openAt(FCM)[0]?.answer(status);
      await quiet();
    }
    send(FCM);
    await quiet();
    openAt(FCM)[0]?.answer(201);
    await quiet();
    expect(tally()).toEqual({ unauthorized: 3, throttled: 1, accepted: 1 });
  });

  test('because of what had failed before goes on serving the others', async () => {
    const { send, openAt, tally } = openSenderWorld();
    for (let i = 0; i < 30; i++) {
      send(FCM, 1, { rank: 1, again: true, stopped: false });
      await quiet();
      await vi.advanceTimersByTimeAsync(1000);
      openAt(FCM)[0]?.answer(i % 2 === 0 ? 403 : 503);
      await quiet();
    }
    send(FCM);
    await quiet();
    openAt(FCM)[0]?.answer(201);
    await quiet();
    expect(tally()).toEqual({ unauthorized: 15, unavailable: 15, accepted: 1 });
  });
});

test('a service that answers nothing but 5xx is left alone; its failures delay nobody', async () => {
  const { send, openAt, tally } = openSenderWorld();
  send(FCM, 32);
  await quiet();
  await vi.advanceTimersByTimeAsync(1900);
  for (const request of openAt(FCM).slice(1)) request.answer(503);
  await quiet();
  await vi.advanceTimersByTimeAsync(100);
  openAt(FCM)[0]?.answer(503);
  await quiet();
  send(FCM);
  send(MOZILLA);
  await quiet();
  expect(tally()).toEqual({ unavailable: 32, 'circuit-open (not sent)': 1 });
  expect(openAt(MOZILLA)).toHaveLength(1);
});

test('origins beyond the bound are refused while all are busy, and replace an idle one', async () => {
  const { send, open, tally } = openSenderWorld();
  for (let i = 0; i < 128; i++) send(`https://a${i}.notify.windows.com`);
  send('https://late.notify.windows.com');
  await quiet();
  expect(tally()).toEqual({ 'saturated (not sent)': 1 });
  open[5]?.answer(201);
  await quiet();
  send('https://late.notify.windows.com');
  await quiet();
  expect(open.at(-1)?.origin).toBe('https://late.notify.windows.com');
});

describe('closing', () => {
  test('waits for messages on the wire, answers waiting ones, takes no more', async () => {
    const { sender, send, open, tally, isClosed } = openSenderWorld();
    send(FCM, 40);
    await quiet();
    const closing = sender.close();
    send(FCM);
    await quiet();
    expect(tally()).toEqual({ 'closing (not sent)': 9 });
    expect(isClosed()).toBe(false);
    for (const request of open.slice()) request.answer(201);
    await closing;
    expect(tally()).toEqual({ accepted: 32 });
    expect(isClosed()).toBe(true);
  });

  test('at once sends nothing that was not on the wire yet', async () => {
    const { sender, send, open, tally } = openSenderWorld();
    send(FCM, 20);
    void sender.close(0);
    vi.advanceTimersByTime(0);
    await quiet();
    expect(open).toHaveLength(0);
    expect(tally()).toEqual({ closing: 20 });
  });

  test('does not wait for ever', async () => {
    const { sender, send, tally, isClosed } = openSenderWorld();
    send(FCM);
    await quiet();
    const closing = sender.close(3000);
    await vi.advanceTimersByTimeAsync(3000);
    await closing;
    expect(tally()).toEqual({ closing: 1 });
    expect(isClosed()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('nothing in the metrics names an endpoint', async () => {
  const { send, open, metrics } = openSenderWorld();
  send(FCM, 3);
  await quiet();
  for (const request of open.slice()) request.answer(201);
  await quiet();
  const text = await metrics.metrics();
  expect(text).toMatch(/ajil_push_attempts_total\{provider="fcm",outcome="accepted".*\} 3/);
  expect(text).toMatch(/ajil_push_latency_seconds_count\{.*provider="fcm".*\} 3/);
  expect(text).not.toContain('googleapis');
});
