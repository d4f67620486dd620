import { reconnectDelay } from './backoff.ts';

/** An attempt that is repeated until it succeeds. */
export interface Persistence {
  /** Tries again now. */
  hurry(): void;
  stop(): void;
}

/**
 * Tries at once, then after waits that grow, and when the network comes back.
 * @param attempt rejects if it must be repeated; `stop` aborts its signal
 */
export function persist(
  attempt: (signal: AbortSignal) => Promise<void>,
  onFailure: () => void = () => undefined,
): Persistence {
  const stopped = new AbortController();
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let trying = false;

  async function run(): Promise<void> {
    clearTimeout(timer);
    if (trying || stopped.signal.aborted) return;
    trying = true;
    try {
      await attempt(stopped.signal);
      stopped.abort();
    } catch {
      if (stopped.signal.aborted) return;
      onFailure();
      timer = setTimeout(hurry, reconnectDelay(failures++));
    } finally {
      trying = false;
    }
  }
  const hurry = (): void => void run();
  addEventListener('online', hurry, { signal: stopped.signal });
  hurry();
  return {
    hurry,
    stop: () => {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}
