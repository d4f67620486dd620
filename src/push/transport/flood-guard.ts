import { ERROR, Http2Error } from './frames.ts';

/**
 * An honest server sends a handful of control frames for each request (mostly WINDOW_UPDATE), and few without a
 * request.
 */
const PER_WINDOW = 1000;
const PER_REQUEST = 8;
/** A frame of DATA may be answered by a WINDOW_UPDATE for its stream and one for the connection. */
const PER_DATA_FRAME = 2;
const WINDOW_MS = 10_000;

/** Counts frames that cost work and bring no answer: PING, SETTINGS, WINDOW_UPDATE, tiny or late DATA, unknown types. */
export class FloodGuard {
  readonly #now: () => number;
  #left = PER_WINDOW;
  #since: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** A request was sent, whose stream may bring some of these frames. */
  allowRequest(): void {
    this.#allow(PER_REQUEST);
  }

  /** With a small window, one body takes many frames and updates. */
  allowDataFrame(): void {
    this.#allow(PER_DATA_FRAME);
  }

  #allow(frames: number): void {
    if (this.#left < 100 * PER_WINDOW) this.#left += frames;
  }

  /** @throws {Http2Error} ENHANCE_YOUR_CALM above 1,000 in ten seconds beyond eight for each request and two for each frame of its body */
  count(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    const now = this.#now();
    if (now - this.#since < WINDOW_MS)
      throw new Http2Error(ERROR.enhanceYourCalm, 'a flood of control frames');
    this.#since = now;
    this.#left = PER_WINDOW;
  }
}
