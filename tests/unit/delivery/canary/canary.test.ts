import { expect, test } from 'vitest';
import webPush from 'web-push';
import { describeCanary, type CanaryState } from '../../../../src/delivery/canary/state.ts';
import { vapidFault } from '../../../../src/delivery/canary/vapid-check.ts';
import { parseVapidKeys } from '../../../../src/push/vapid/parse-vapid-keys.ts';
import { createVapid } from '../../../../src/push/vapid/vapid-headers.ts';

const ORIGIN = 'https://127.0.0.1:4443';
const HOUR = 3_600_000;

function state(at: number | undefined, push: number, socket: number): CanaryState {
  const way = (failuresInARow: number, fault: string) => ({ ms: 5, failuresInARow, fault });
  return { at, ways: { push: way(push, 'no worker'), socket: way(socket, 'closed') } };
}

test.for([
  [state(undefined, 0, 0), 'has not run yet'],
  [state(0, 2, 2), 'comes through'],
  [state(0, 3, 0), 'push failed 3 times in a row: no worker'],
  [state(0, 3, 4), 'push failed 3 times in a row: no worker; socket failed 4 times in a row: closed'],
] as const)('readyz tells of failures from the third in a row on (%#)', ([given, said]) => {
  expect(describeCanary(given, 60, 1000)).toBe(said);
});

test('a canary that has stopped is told, whatever its last run said', () => {
  expect(describeCanary(state(0, 0, 0), 60, 180_000)).toBe('comes through');
  expect(describeCanary(state(0, 0, 0), 60, 181_000)).toBe('has not run for 181 s');
});

test('our tokens pass as at a push service; one of another key, origin or clock does not', () => {
  const keys = parseVapidKeys(webPush.generateVAPIDKeys(), 'keys');
  const other = parseVapidKeys(webPush.generateVAPIDKeys(), 'keys');
  const token = createVapid({ keys, subject: 'mailto:desk@news.example' }).authorization(ORIGIN);
  const fault = (header: string | undefined, key = keys.publicKey, origin = ORIGIN, at = Date.now()) =>
    vapidFault(header, key, origin, at);
  expect(fault(token)).toBeUndefined();
  expect(fault(undefined)).toContain('no VAPID token');
  expect(fault(token, other.publicKey)).toContain('another VAPID key');
  expect(fault(token.replace(/k=.*/, `k=${other.publicKey}`), other.publicKey)).toContain('signature');
  expect(fault(token, keys.publicKey, 'https://127.0.0.1:1')).toContain('another origin');
  expect(fault(token, keys.publicKey, ORIGIN, Date.now() + 13 * HOUR)).toContain('clock');
  expect(fault(token, keys.publicKey, ORIGIN, Date.now() - 13 * HOUR)).toContain('clock');
});
