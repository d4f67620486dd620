import { expect, test } from 'vitest';
import { ALERT_ID, newAlertId, timePrefix } from '../../../src/alerts/id.ts';

test('ids sort by time, look like ids and are never all digits', () => {
  const times = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 2 ** 48];
  const ids = times.map(newAlertId);
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) {
    expect(id).toMatch(ALERT_ID);
    expect(id).toMatch(/[a-z]/);
  }
});

test('a time takes ten digits', () => {
  expect(timePrefix(0)).toBe('0000000000');
  expect(timePrefix(Date.parse('1969-12-31T23:59:59Z'))).toBe('0000000000');
  expect(timePrefix(Date.parse('9999-12-31T23:59:59Z'))).toHaveLength(10);
  // The example of the ULID specification.
  expect(timePrefix(1_469_918_176_385)).toBe('01aryz6s41');
});
