import { expect, test } from 'vitest';
import type { Provider } from '../../../src/push/endpoint/endpoint-policy.ts';
import { classify } from '../../../src/push/outcome.ts';
import { TransportError } from '../../../src/push/types.ts';

const NOW = Date.parse('2026-11-24T00:00:00Z');
const answer = (
  status: number,
  options: { body?: string; headers?: Record<string, string>; provider?: Provider } = {},
) => {
  const { body = '', headers = {}, provider = 'fcm' } = options;
  return classify({ status, headers, body }, provider, NOW);
};
const retry = (reason: string, afterMs = 1000) => ({ type: 'retry', reason, afterMs, attempted: true });

test.each([200, 201, 202, 204])('%i is accepted', (status) => {
  expect(answer(status)).toEqual({ type: 'accepted', status });
});

test.each([404, 410])('%i means that the subscription is gone', (status) => {
  expect(answer(status)).toEqual({ type: 'gone', status });
});

test.each([
  [401, ''],
  [403, 'the VAPID credentials in the authorization header do not correspond to the credentials used'],
  [403, '{"reason":"BadJwtToken"}'],
  [400, '{"reason":"VapidPkHashMismatch"}'],
  [400, '<TITLE>UnauthorizedRegistration</TITLE>'],
])('%i with %j is our fault, and costs no reader', (status, body) => {
  expect(answer(status, { body })).toEqual(retry('unauthorized', 30_000));
});

test.each([
  [400, '{"reason":"BadTtl"}', 'BadTtl'],
  [413, '{"errno":104,"error":"Payload Too Large https://x/secret"}', 'refused by the push service'],
  [405, '', 'refused by the push service'],
  [406, '', 'refused by the push service'],
])('%i %j is final for this message', (status, body, reason) => {
  expect(answer(status, { body })).toEqual({ type: 'rejected', status, reason });
});

test.each([301, 302, 307, 308])('%i is refused, never followed', (status) => {
  const headers = { location: 'https://127.0.0.1/' };
  expect(answer(status, { headers })).toEqual({
    type: 'rejected',
    status,
    reason: 'redirects are not followed',
  });
});

test.each([421, 425, 500, 502, 503, 504, 599, 600])('%i is tried again', (status) => {
  expect(answer(status)).toEqual(retry('unavailable'));
});

test.each([
  [429, 'fcm', { 'retry-after': '120' }, 120_000],
  [429, 'apple', {}, 1000],
  [429, 'mozilla', { 'retry-after': 'Tue, 24 Nov 2026 00:05:00 GMT' }, 300_000],
  [429, 'mozilla', { 'retry-after': 'Mon, 23 Nov 2026 00:05:00 GMT' }, 1000],
  [429, 'fcm', { 'retry-after': '0' }, 1000],
  [429, 'fcm', { 'retry-after': '99999999999' }, 3_600_000],
  [429, 'fcm', { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, 3_600_000],
  [429, 'fcm', { 'retry-after': '-5' }, 1000],
  [429, 'fcm', { 'retry-after': 'soon' }, 1000],
  [406, 'wns', { 'x-wns-continue-after': '45' }, 45_000],
] as const)('%i of %s with %j waits', (status, provider, headers, afterMs) => {
  expect(answer(status, { provider, headers })).toEqual(retry('throttled', afterMs));
});

test('a 503 that names a time is heard', () => {
  expect(answer(503, { headers: { 'retry-after': '7' } })).toEqual(retry('unavailable', 7000));
});

test.each([
  ['timeout', true, 'timeout'],
  ['connect', false, 'connection'],
  ['closed', true, 'connection'],
  ['refused', false, 'connection'],
  ['protocol', true, 'connection'],
] as const)(
  'no answer (%s) is tried again, and says whether anything was sent',
  (code, processed, reason) => {
    expect(classify(new TransportError(code, 'x', processed), 'fcm', NOW)).toEqual({
      ...retry(reason),
      attempted: processed,
    });
  },
);
