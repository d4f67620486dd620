/**
 * One timer for the deadlines of many requests. All requests have the same time to live, so a later request hardly ever
 * has an earlier deadline. The timer does not keep the process alive, because connections do.
 */
export class DeadlineTimer {
  readonly #now: () => number;
  readonly #expire: (now: number) => number;
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /**
   * @param now ms
   * @param expire ends the requests that are due, and returns the next deadline, or Infinity
   */
  constructor(now: () => number, expire: (now: number) => number) {
    this.#now = now;
    this.#expire = expire;
  }

  /** A request has this deadline. */
  arm(deadline: number): void {
    if (deadline >= this.#firesAt) return;
    clearTimeout(this.#timer);
    this.#firesAt = deadline;
    this.#timer = setTimeout(this.#fire, deadline - this.#now() + 1).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    this.#firesAt = Number.POSITIVE_INFINITY;
    this.arm(this.#expire(this.#now()));
  };
}
