import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Encryptor } from '../../../../src/push/encryption/encryptor.ts';
import { TransportError, type SendOrder } from '../../../../src/push/types.ts';
import {
  APPLE,
  FCM,
  MOZILLA,
  openSenderWorld,
  quiet,
  type OpenRequest,
  type SenderWorld,
} from '../../../support/sender-world.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Thousands are sent, and nobody reads them. */
const quick: Encryptor = {
  kind: 'native',
  chunk: 32,
  encrypt: (jobs) => jobs.map(() => Buffer.from('body')),
};

const regions = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => `https://${name}${index}.notify.windows.com`);

describe('subscriptions that were never accepted', () => {
  const unproven: SendOrder = { rank: 0, stopped: false, unproven: true };
  const proven: SendOrder = { rank: 2, stopped: false };
  const isStranger = ({ order }: { readonly order?: object }): boolean => order === unproven;

  test.each([
    ['429', (request: OpenRequest) => request.answer(429, { 'retry-after': '300' })],
    ['403', (request: OpenRequest) => request.answer(403)],
    ['410', (request: OpenRequest) => request.answer(410)],
    ['503', (request: OpenRequest) => request.answer(503)],
    [
      'a broken connection',
      (request: OpenRequest) => request.fail(new TransportError('closed', 'gone', true)),
    ],
    ['nothing', () => undefined],
  ])('are answered with %s, and the others do not notice', async (name, answer) => {
    const world = openSenderWorld(quick);
    for (let round = 0; round < 20; round++) {
      world.send(FCM, 900, unproven);
      world.send(FCM, 25, proven);
      for (let turn = 0; turn < 10; turn++) {
        await quiet();
        const strangers = world.open.filter(isStranger);
        // What the sender has given up stays open here.
        if (name !== 'nothing') expect(strangers.length).toBeLessThanOrEqual(round === 0 ? 32 : 8);
        strangers.forEach(answer);
        for (const request of world.open.filter((one) => !isStranger(one))) request.answer(201);
        await vi.advanceTimersByTimeAsync(100);
      }
      await quiet();
      expect(world.tally()['accepted']).toBe(25);
      expect(world.sender.busyMs(FCM, { rank: 2 })).toBe(0);
    }
    const metrics = await world.metrics.metrics();
    expect(metrics).toMatch(/ajil_push_circuits_open\{provider="fcm"[^}]*\} 0/);
    expect(metrics).not.toMatch(/ajil_push_attempts_total\{provider="fcm",outcome="(?!accepted)/);
    expect(world.brakeNotes()).toEqual(['accepted']);
  });

  test('are served as fast as any where their push service accepts them', async () => {
    const world = openSenderWorld(quick);
    world.send(FCM, 3000, unproven);
    let most = 0;
    for (let turn = 0; turn < 40; turn++) {
      await quiet();
      most = Math.max(most, world.open.length);
      for (const request of world.open.slice()) request.answer(201);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(most).toBe(256);
    expect(world.tally()).toEqual({ accepted: 3000 });
  });

  test('hold a bounded share of what is held', async () => {
    const world = openSenderWorld(quick);
    world.send(FCM, 9000, unproven);
    await quiet();
    expect(world.tally()).toEqual({ 'saturated (not sent)': 9000 - 8192 });
    world.send(FCM, 5000, proven);
    await quiet();
    expect(world.tally()).toEqual({});
  });
});

describe('origins that strangers made up', () => {
  const isDead = (origin: string): boolean => origin.includes('dead');

  /** What nobody is at fails, the rest answers. */
  async function answerAll({ open }: SenderWorld): Promise<void> {
    await quiet();
    for (const request of open.slice()) {
      if (isDead(request.origin)) request.fail(new TransportError('connect', 'ENOTFOUND', false));
      else request.answer(201);
    }
    await quiet();
  }
  /** Until their circuits are open, as the retries of one subscription each do it. */
  async function tryInVain(world: SenderWorld, origins: readonly string[]): Promise<void> {
    for (let round = 0; round < 21; round++) {
      for (const origin of origins) world.send(origin);
      await answerAll(world);
      await vi.advanceTimersByTimeAsync(5000);
    }
    world.tally();
  }

  test('take no room from the push services that we name', async () => {
    const world = openSenderWorld(quick);
    await tryInVain(world, regions(140, 'dead'));
    world.send(FCM, 30);
    world.send(MOZILLA, 10);
    await answerAll(world);
    expect(world.tally()).toEqual({ accepted: 40 });
  });

  test('take no room from the regions that have answered, nor from new ones', async () => {
    const world = openSenderWorld(quick);
    const before = regions(10, 'old');
    for (const origin of before) world.send(origin);
    await answerAll(world);
    world.preconnected.length = 0;
    await tryInVain(world, regions(140, 'dead'));
    for (const origin of [...before, ...regions(10, 'new')]) world.send(origin);
    await answerAll(world);
    expect(world.tally()).toEqual({ accepted: 20 });
    // A lane that was forgotten would open its connection anew.
    expect(world.preconnected.filter((origin) => before.includes(origin))).toEqual([]);
  });

  test('make no room while a message is in flight, and are never more than a share', async () => {
    const world = openSenderWorld(quick);
    const [first = '', ...others] = regions(10, 'old');
    for (const origin of [first, ...others]) world.send(origin);
    await answerAll(world);
    world.tally();
    // They hang.
    for (const origin of regions(300, 'dead')) world.send(origin);
    await quiet();
    expect(world.tally()).toEqual({ 'saturated (not sent)': 300 - 128 });
    world.send(first, 5);
    world.send(FCM, 5);
    await quiet();
    for (const request of [...world.openAt(first), ...world.openAt(FCM)]) request.answer(201);
    await quiet();
    expect(world.tally()).toEqual({ accepted: 10 });
  });

  test('that do answer make room when there are many, the least used first', async () => {
    const world = openSenderWorld(quick);
    const [used = ''] = regions(1, 'used');
    world.send(used, 10);
    await answerAll(world);
    for (const origin of regions(250, 'live')) {
      world.send(origin);
      await answerAll(world);
    }
    expect(world.tally()).toEqual({ accepted: 260 });
    world.preconnected.length = 0;
    world.send(used);
    world.send('https://live249.notify.windows.com');
    world.send('https://live0.notify.windows.com');
    expect(world.preconnected).toEqual(['https://live0.notify.windows.com']);
  });

  test('wake no operator', async () => {
    const world = openSenderWorld(quick);
    const down = 'https://down.notify.windows.com';
    world.send(down);
    await answerAll(world);
    await tryInVain(world, regions(3, 'dead'));
    const open = async (): Promise<number> =>
      Number(/ajil_push_circuits_open\{provider="wns".*\} (\d+)/.exec(await world.metrics.metrics())?.[1]);
    expect(await open()).toBe(0);
    for (let round = 0; round < 25; round++) {
      world.send(down);
      await quiet();
      for (const request of world.open.slice())
        request.fail(new TransportError('connect', 'ENOTFOUND', false));
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(await open()).toBe(1);
  });

  test('get no connection ahead', async () => {
    const world = openSenderWorld(quick);
    world.send(FCM);
    for (const origin of regions(3, 'dead')) world.send(origin);
    await answerAll(world);
    world.preconnected.length = 0;
    world.sender.preconnect();
    expect(world.preconnected).toEqual([FCM]);
  });
});

describe('subscriptions of one device, of which the service says that it gets too much (429)', () => {
  /** Answers all that is under way: 429 where the path ends in 5. */
  async function answerAll(world: SenderWorld): Promise<void> {
    await quiet();
    for (const request of world.open.slice()) {
      if (request.path.endsWith('5')) request.answer(429, { 'retry-after': '60' });
      else request.answer(201);
    }
    await quiet();
  }

  test('wait for themselves; the others of the service go on as fast as before', async () => {
    const world = openSenderWorld(quick);
    world.send(APPLE, 1000);
    for (let turn = 0; world.answers.length < 1000 && turn < 20; turn++) await answerAll(world);
    expect(world.answers.find(({ type }) => type === 'retry')).toMatchObject({
      reason: 'throttled',
      afterMs: 60_000,
      attempted: true,
    });
    expect(world.tally()).toEqual({ accepted: 900, throttled: 100 });
    expect(world.sender.busyMs(APPLE, { rank: 2 })).toBe(0);
    // Its limit has not been lowered either.
    world.send(APPLE, 200);
    await quiet();
    expect(world.openAt(APPLE).length).toBeGreaterThan(100);
  });

  test('stop nobody when they are tried again together', async () => {
    const world = openSenderWorld(quick);
    const again: SendOrder = { rank: 1, again: true, stopped: false };
    world.send(APPLE, 30, again);
    await quiet();
    for (const request of world.open.slice()) request.answer(429, { 'retry-after': '60' });
    await quiet();
    expect(world.tally()).toEqual({ throttled: 30 });
    world.send(APPLE, 32);
    await answerAll(world);
    expect(world.tally()).toEqual({ accepted: 29, throttled: 3 });
  });

  test('that fail again do not hide that the service means everybody', async () => {
    const world = openSenderWorld(quick);
    world.send(APPLE, 24, { rank: 1, again: true, stopped: false });
    world.send(APPLE, 8);
    await quiet();
    for (const request of world.open.slice(24)) request.answer(429, { 'retry-after': '60' });
    await quiet();
    expect(world.sender.busyMs(APPLE, { rank: 2 })).toBe(60_000);
  });
});

test('a push service that asks for less stands still for five minutes at most', async () => {
  const world = openSenderWorld(quick);
  world.send(FCM, 32);
  await quiet();
  for (const request of world.open.slice()) request.answer(429, { 'retry-after': '3600' });
  await quiet();
  expect(world.answers[0]).toMatchObject({ reason: 'throttled', afterMs: 3_600_000 });
  expect(world.sender.busyMs(FCM, { rank: 2 })).toBe(300_000);
});
