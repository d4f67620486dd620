import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellSystemd } from '../../../src/ops/systemd.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('systemd hears that the process works, and then three times in each period that it still does', () => {
  const words: string[] = [];
  const environment = {
    NOTIFY_SOCKET: '/run/systemd/notify',
    WATCHDOG_USEC: '60000000',
    WATCHDOG_PID: String(process.pid),
  };
  const stop = tellSystemd(environment, (said) => words.push(said));
  vi.advanceTimersByTime(60_000);
  expect(words).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(words).toHaveLength(4);
});

test('a child of the process that systemd watches, and a process without systemd, say nothing of it', () => {
  const words: string[] = [];
  tellSystemd({ NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1' }, (said) =>
    words.push(said),
  );
  tellSystemd({}, (said) => words.push(said));
  vi.advanceTimersByTime(60_000);
  expect(words).toEqual(['READY=1']);
});
