import { expect, test } from 'vitest';
import { groupRetries, type Again } from '../../../../src/delivery/sending/group-retries.ts';
import { retryDelay } from '../../../../src/delivery/sending/retry-delay.ts';

const NOW = 1_000_000;
const HOUR = 3_600_000;
const again = (slot: number, over: Partial<Again> = {}): Again => ({
  shard: 1,
  slot,
  origin: 'https://a.example',
  attempt: 1,
  waits: 0,
  afterMs: 1000,
  ...over,
});

test('deliveries to the same push service that have come equally far share a retry', () => {
  const one = [again(5), again(4), again(9, { shard: 2 })];
  const others = [
    again(6, { origin: 'https://b.example' }),
    again(7, { attempt: 2 }),
    again(8, { afterMs: 60_000 }),
  ];
  const { retries, expired } = groupRetries([...one, ...others], NOW, NOW + HOUR);
  expect(retries.map(({ slots }) => slots)).toEqual([
    [
      [1, [4, 5]],
      [2, [9]],
    ],
    [[1, [6]]],
    [[1, [7]]],
    [[1, [8]]],
  ]);
  expect(new Set(retries.map(({ id }) => id)).size).toBe(4);
  expect(retries.at(-1)?.dueAtMs).toBeGreaterThanOrEqual(NOW + 60_000);
  expect(expired).toEqual([]);
});

test('a thousand made-up push services make no thousand retries, and leave real ones theirs', () => {
  const made = Array.from({ length: 900 }, (_, slot) => again(slot, { origin: `https://x${slot}.example` }));
  const real = Array.from({ length: 100 }, (_, index) => again(900 + index));
  const { retries } = groupRetries([...made, ...real], NOW, NOW + HOUR);
  expect(retries.map(({ origin, slots }) => [origin, slots[0]?.[1].length])).toEqual([
    ['', 900],
    ['https://a.example', 100],
  ]);
  // Nor later, when they are tried again.
  expect(groupRetries(made, NOW, NOW + HOUR).retries).toHaveLength(1);
  expect(groupRetries(made.slice(0, 16), NOW, NOW + HOUR).retries).toHaveLength(16);
});

test('what may not be tried again before the expiry is expired; else the last attempt comes before it', () => {
  const { retries, expired } = groupRetries(
    [again(1, { afterMs: 30_000 }), again(2, { attempt: 16 })],
    NOW,
    NOW + 30_000,
  );
  expect(expired).toMatchObject([{ slot: 1 }]);
  expect(retries).toHaveLength(1);
  expect(retries[0]?.dueAtMs).toBeLessThanOrEqual(NOW + 25_000);
});

test('the delay grows with attempts up to five minutes, with waits up to ten seconds, and is never below what was asked for', () => {
  const delay = (
    attempts: number,
    waits: number,
    afterMs: number,
    random: number,
    part: 'engaged' | 'others' = 'others',
  ): number => retryDelay({ attempts, waits, afterMs, part }, () => random);
  expect(delay(1, 0, 0, 1)).toBe(2250);
  expect(delay(4, 0, 0, 1)).toBe(16_250);
  expect(delay(20, 0, 0, 1)).toBe(300_250);
  expect(delay(20, 0, 0, 0)).toBe(250);
  expect(delay(0, 1, 0, 0)).toBe(500);
  expect(delay(0, 20, 0, 1)).toBe(10_000);
  expect(delay(0, 20, 0, 0)).toBe(5000);
  expect(delay(3, 2, 45_000, 1)).toBe(45_000);
  // Who goes first looks more often.
  expect(delay(0, 20, 0, 1, 'engaged')).toBe(2500);
  expect(delay(3, 2, 45_000, 1, 'engaged')).toBe(45_000);
});
