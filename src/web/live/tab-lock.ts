import type { Locks } from './surroundings.ts';

/** The lock that makes one tab of a browser the leader. */
export interface TabLock {
  /** Asks for the lock, in place of an earlier request. `steal` takes it from the tab that has it. */
  request(how: 'wait' | 'steal'): void;
  /** Gives up the request. The tab that has the lock keeps it until it releases it. */
  close(): void;
}

export function createTabLock(deps: {
  locks: Locks;
  name: string;
  /** This tab has the lock until it calls `release`. */
  onHeld: (release: () => void) => void;
  /** Another tab stole the lock. */
  onStolen: () => void;
}): TabLock {
  let request = new AbortController();
  let closed = false;
  return {
    request: (how) => {
      request.abort();
      const mine = new AbortController();
      request = mine;
      const held = (): Promise<void> =>
        new Promise((release) => {
          if (closed || mine.signal.aborted) release();
          else deps.onHeld(release);
        });
      // Web Locks do not allow a signal together with `steal`.
      const options = how === 'steal' ? { steal: true } : { signal: mine.signal };
      deps.locks.request(deps.name, options, held).catch((error: unknown) => {
        if (closed || mine !== request) return;
        // Another tab stole the lock; otherwise this page may have no locks, and keeps a line alone.
        if ((error as Error).name === 'AbortError') deps.onStolen();
        else deps.onHeld(() => undefined);
      });
    },
    close: () => {
      closed = true;
      request.abort();
    },
  };
}
