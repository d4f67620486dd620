/** The result of a connection's heartbeat. */
export type Pulse = 'fine' | 'silent' | 'dead' | 'idle';

export interface LivenessOptions {
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Without a request for this long: idle. */
  readonly idleTimeoutMs: number;
  /** Time between two heartbeats; silent for half of it: a PING, whose answer must come before the next but one. */
  readonly pingEveryMs: number;
}

/** Whether the other end is still there, judged by when it was heard last. */
export class Liveness {
  /** A request timed out in silence: nothing more should be sent until something is heard. */
  suspect = false;
  readonly #options: LivenessOptions;
  #heardAt: number;
  #usedAt: number;
  #asked = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#heardAt = options.now();
    this.#usedAt = this.#heardAt;
  }

  heard(): void {
    this.#heardAt = this.#options.now();
    this.suspect = false;
  }

  /** A request has ended. */
  used(): void {
    this.#usedAt = this.#options.now();
  }

  /** A PING is to be sent; false if one is under way. */
  ask(): boolean {
    if (this.#asked) return false;
    this.#asked = true;
    return true;
  }

  answered(): void {
    this.#asked = false;
  }

  /** A request written at `writtenAt` has timed out. True, once, if nothing was heard for the later half of its time. */
  doubt(writtenAt: number): boolean {
    if (this.suspect || this.#heardAt > (writtenAt + this.#options.now()) / 2) return false;
    this.suspect = true;
    return true;
  }

  check(openStreams: number): Pulse {
    const now = this.#options.now();
    const silentMs = now - this.#heardAt;
    if (openStreams === 0 && now - this.#usedAt >= this.#options.idleTimeoutMs) return 'idle';
    if (this.#asked && silentMs >= this.#options.pingEveryMs) return 'dead';
    return silentMs >= this.#options.pingEveryMs / 2 ? 'silent' : 'fine';
  }
}
