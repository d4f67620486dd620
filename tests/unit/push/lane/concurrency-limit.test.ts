import { expect, test } from 'vitest';
import { createConcurrencyLimit } from '../../../../src/push/lane/concurrency-limit.ts';

function setUp() {
  let time = 0;
  const limit = createConcurrencyLimit(() => time);
  /** As many answers as the limit allows at once, each after `latency` ms. */
  const round = (latency: number, inFlight = limit.value): void => {
    const { value } = limit;
    time += latency;
    for (let i = 0; i < value; i++) limit.answered(latency, inFlight);
  };
  return { limit, round, now: () => time, pass: (ms: number) => (time += ms) };
}

test('it doubles while answers are fast, up to its bound', () => {
  const { limit, round } = setUp();
  const values = Array.from({ length: 7 }, () => {
    round(40);
    return limit.value;
  });
  expect(values).toEqual([64, 128, 256, 512, 1000, 1000, 1000]);
});

test('it stops growing when answers get slower than they need to be', () => {
  const { limit, round } = setUp();
  round(40);
  for (let i = 0; i < 5; i++) round(150);
  expect(limit.value).toBe(64);
});

test('a service that is slow by nature gets more as well', () => {
  const { limit, round } = setUp();
  for (let i = 0; i < 3; i++) round(800);
  expect(limit.value).toBe(256);
});

test('it does not grow while it holds no message back', () => {
  const { limit, round } = setUp();
  for (let i = 0; i < 5; i++) round(40, 10);
  expect(limit.value).toBe(32);
});

test('throttling halves it once for all requests in flight, and it grows slowly afterwards', () => {
  const { limit, round, now, pass } = setUp();
  for (let i = 0; i < 3; i++) round(40);
  const startedAt = now();
  pass(40);
  for (let i = 0; i < 100; i++) limit.throttled(startedAt);
  expect(limit.value).toBe(128);
  round(40);
  expect(limit.value).toBe(144);
  pass(1);
  limit.throttled(now());
  expect(limit.value).toBe(72);
});

test('single failures are usual; many are not', () => {
  const { limit, round, now, pass } = setUp();
  for (let i = 0; i < 2; i++) round(40);
  pass(1);
  for (let i = 0; i < 6; i++) limit.failed(now());
  expect(limit.value).toBe(128);
  limit.failed(now());
  expect(limit.value).toBe(64);
});

test('it never falls below one', () => {
  const { limit, now, pass } = setUp();
  for (let i = 0; i < 20; i++) {
    pass(10);
    limit.throttled(now());
  }
  expect(limit.value).toBe(1);
});

test('a service that always fails for some keeps a limit above one', () => {
  const { limit, now, pass } = setUp();
  for (let i = 0; i < 500; i++) {
    pass(10);
    if (i % 10 === 0) limit.failed(now());
    else limit.answered(10, limit.value);
  }
  expect(limit.value).toBeGreaterThanOrEqual(16);
  expect(limit.value).toBeLessThan(32);
});

test('a service that fails for most is asked one at a time', () => {
  const { limit, now, pass } = setUp();
  for (let i = 0; i < 100; i++) {
    pass(10);
    if (i % 10 === 0) limit.answered(10, limit.value);
    else limit.failed(now());
  }
  expect(limit.value).toBe(1);
});
