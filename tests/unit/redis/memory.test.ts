import { expect, test } from 'vitest';
import { memoryHasRoom } from '../../../src/redis/memory.ts';

const info = (fields: Record<string, number>): string =>
  ['# Memory', ...Object.entries(fields).map(([name, value]) => `${name}:${value}`), ''].join('\r\n');

test('Redis has room up to three quarters of maxmemory, or of its machine where it has none', () => {
  const of = (used_memory: number, maxmemory: number, total_system_memory = 0): boolean =>
    memoryHasRoom(info({ used_memory_rss: 99, used_memory, maxmemory, total_system_memory }));
  expect([of(750, 1000), of(751, 1000)]).toEqual([true, false]);
  expect([of(750, 0, 1000), of(751, 0, 1000)]).toEqual([true, false]);
  expect(of(751, 1000, 1_000_000)).toBe(false);
});

test('a Redis that does not tell has room', () => {
  expect(memoryHasRoom('')).toBe(true);
  expect(memoryHasRoom(info({ used_memory: 5 }))).toBe(true);
});
