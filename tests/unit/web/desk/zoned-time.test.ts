import { expect, test } from 'vitest';
import { clockAt, timeOf } from '../../../../src/web/desk/writing/zoned-time.ts';

const utc = (clock: string, zone: string): string | undefined => {
  const ms = timeOf(clock, zone);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

test.each([
  ['2026-11-29T21:00', 'Asia/Riyadh', '2026-11-29T18:00:00.000Z'],
  ['2026-11-29T00:10', 'Pacific/Kiritimati', '2026-11-28T10:10:00.000Z'],
  ['2026-11-29T12:00', 'Pacific/Pago_Pago', '2026-11-29T23:00:00.000Z'],
  ['2026-07-01T12:30', 'Asia/Kathmandu', '2026-07-01T06:45:00.000Z'],
  ['2026-07-01T12:00', 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
])('%s in %s is %s', (clock, zone, expected) => {
  expect(utc(clock, zone)).toBe(expected);
  expect(clockAt(Date.parse(expected), zone)).toBe(clock);
});

test('a time that the clock skips does not exist, and one that it shows twice is the first', () => {
  expect(utc('2026-03-29T02:30', 'Europe/Berlin')).toBeUndefined();
  expect(utc('2026-03-29T03:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
  expect(utc('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
});

test('what is no time is none', () => {
  expect(timeOf('', 'UTC')).toBeUndefined();
  expect(timeOf('tomorrow', 'UTC')).toBeUndefined();
});
