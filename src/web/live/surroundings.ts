import type { Transport } from './transport.ts';

/** Why a client should look after its line now. */
export type Wake = 'online' | 'offline' | 'visible';

/** What several tabs talk over: every other one of the same name hears what one posts, in order. */
export interface Channel {
  post(note: unknown): void;
  close(): void;
}

/** Web Locks, as far as needed. Rejects with an AbortError when aborted while waiting, and when another stole the lock. */
export interface Locks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    held: () => Promise<void>,
  ): Promise<void>;
}

/** What the live client uses of the browser. Tests give it another. */
export interface Surroundings {
  /** Milliseconds since the epoch, by the wall clock: it runs on while the device sleeps. */
  readonly now: () => number;
  /** Milliseconds since any moment, by a clock that does not jump. */
  readonly monotonic: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** @returns cancels it */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly online: () => boolean;
  readonly visible: () => boolean;
  /** @returns stops listening */
  readonly onWake: (listener: (why: Wake) => void) => () => void;
  /**
   * `hold`: the page is about to be frozen or kept for the back button, and must let go of everything. `go`: it is back.
   * @returns stops listening
   */
  readonly onHold: (listener: (what: 'hold' | 'go') => void) => () => void;
  readonly openWebSocket: Transport;
  readonly openEventStream: Transport;
  /** Undefined where there are none: old browsers, and pages that are not served over TLS. */
  readonly locks: Locks | undefined;
  readonly openChannel: ((name: string, onNote: (note: unknown) => void) => Channel) | undefined;
}
