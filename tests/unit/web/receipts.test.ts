import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PushData } from '../../../src/web/service-worker/push-message.ts';
import { sendReceipt } from '../../../src/web/service-worker/receipts.ts';
import { fakeCaches } from '../../support/fake-caches.ts';

const DATA: PushData = {
  id: 'a',
  version: 1,
  change: 'new',
  urgency: 'urgent',
  receipt: 't',
  navigate: '',
};
const sent = vi.fn((_path: string, _request: RequestInit) =>
  Promise.resolve(new Response(null, { status: 204 })),
);
const sentVersions = (): number[] =>
  sent.mock.calls.map(([, { body }]) => (JSON.parse(body as string) as { version: number }).version);

/** The same worker, started again by the browser: what it kept is there, what it remembered is not. */
async function startAgain(): Promise<typeof sendReceipt> {
  vi.clearAllTimers();
  vi.resetModules();
  return (await import('../../../src/web/service-worker/receipts.ts')).sendReceipt;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('location', { hostname: 'alerts.example' });
  vi.stubGlobal('fetch', sent);
  vi.stubGlobal('caches', fakeCaches());
  sent.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what a thousand devices show in the same second they tell within half a minute, evenly', async () => {
  // Browsers that keep nothing for us, so that they share nothing here.
  vi.stubGlobal('caches', undefined);
  for (let device = 0; device < 1000; device++) void sendReceipt('shown', DATA);
  for (let tenth = 1; tenth <= 10; tenth++) {
    await vi.advanceTimersByTimeAsync(3000);
    expect(Math.abs(sent.mock.calls.length - tenth * 100)).toBeLessThan(80);
  }
  expect(sent).toHaveBeenCalledTimes(1000);
});

test('what a reader opens is told at once', () => {
  void sendReceipt('opened', DATA);
  expect(sent).toHaveBeenCalledTimes(1);
});

test('a worker that ends while a receipt waits sends it after the next one', async () => {
  void sendReceipt('shown', DATA);
  await vi.advanceTimersByTimeAsync(0);
  const sendNext = await startAgain();
  void sendNext('shown', { ...DATA, version: 2 });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(sentVersions()).toEqual([2, 1]);
  void sendNext('opened', { ...DATA, version: 2 });
  await vi.advanceTimersByTimeAsync(0);
  expect(sentVersions()).toEqual([2, 1, 2]);
});

test('a receipt that the server cannot take now is sent again, one that it refuses is not', async () => {
  const answers = [503, 403, 204];
  sent.mockImplementation(() => Promise.resolve(new Response(null, { status: answers.shift() ?? 204 })));
  for (const version of [1, 2, 3]) await sendReceipt('opened', { ...DATA, version });
  expect(sentVersions()).toEqual([1, 2, 1, 3]);
});

test('without a network receipts wait, the last twenty of them', async () => {
  sent.mockImplementation(() => Promise.reject(new TypeError('no network')));
  for (let version = 1; version <= 30; version++) await sendReceipt('opened', { ...DATA, version });
  sent.mockClear();
  sent.mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
  await sendReceipt('opened', { ...DATA, version: 31 });
  expect(sentVersions()).toEqual([31, ...Array.from({ length: 20 }, (_, index) => index + 11)]);
});
