/** The result of a connection's heartbeat. */
export type Pulse = 'fine' | 'silent' | 'dead' | 'idle';

export interface LivenessOptions {
  /** Monotonic, ms. */
  readonly now: () => number;
  /** A connection that has had no request for so long is idle. */
  readonly idleTimeoutMs: number;
  /**
   * Time between two heartbeats. After a silence of half of it a PING is sent, whose answer must come before the next
   * heartbeat but one.
   */
  readonly pingEveryMs: number;
}

/** Judges by the time of the last sign of life whether the other end still lives. */
export class Liveness {
  /** A request timed out in silence: nothing more should be sent before the next sign of life. */
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

  /** A PING must be sent. False if one is in flight. */
  ask(): boolean {
    if (this.#asked) return false;
    this.#asked = true;
    return true;
  }

  answered(): void {
    this.#asked = false;
  }

  /**
   * A request written at `writtenAt` has timed out. Returns true, once, if there was no sign of life in the later half
   * of its time.
   */
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
