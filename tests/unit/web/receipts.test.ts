import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PushData } from '../../../src/web/service-worker/push-message.ts';
import { sendReceipt } from '../../../src/web/service-worker/receipts.ts';

const DATA: PushData = {
  id: 'a',
  version: 1,
  change: 'new',
  urgency: 'urgent',
  receipt: 't',
  navigate: '',
};
const sent = vi.fn(() => Promise.resolve(new Response()));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('location', { hostname: 'alerts.example' });
  vi.stubGlobal('fetch', sent);
  sent.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what a thousand devices show in the same second they tell within half a minute, evenly', async () => {
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
