import type { OpenLine } from './line.ts';

/** Why a client should check its line now. */
export type Wake = 'online' | 'offline' | 'visible';

/** Connects the tabs: all other channels of the same name get each posted note, in order. */
export interface Channel {
  post(note: unknown): void;
  close(): void;
}

/** The part of Web Locks that we use. Rejects with an AbortError when aborted while it waits, or when another tab stole the lock. */
export interface Locks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    held: () => Promise<void>,
  ): Promise<void>;
}

/** The part of the browser that the live client uses. Tests replace it. */
export interface Surroundings {
  /** Milliseconds since the epoch, by the wall clock, which also runs while the device sleeps. */
  readonly now: () => number;
  /** Milliseconds since any moment, by a clock that does not jump. */
  readonly monotonic: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** @returns a function that cancels the call */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly online: () => boolean;
  readonly visible: () => boolean;
  /** @returns a function that stops listening */
  readonly onWake: (listener: (why: Wake) => void) => () => void;
  /**
   * `hold`: the page is about to be frozen or to enter the back-forward cache, and must release everything. `go`: it is back.
   * @returns a function that stops listening
   */
  readonly onHold: (listener: (what: 'hold' | 'go') => void) => () => void;
  readonly openWebSocket: OpenLine;
  readonly openEventStream: OpenLine;
  /** Undefined in old browsers, and on pages that are not served over TLS. */
  readonly locks: Locks | undefined;
  readonly openChannel: ((name: string, onNote: (note: unknown) => void) => Channel) | undefined;
}
