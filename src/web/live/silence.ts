import type { Transport } from './transport-choice.ts';

/** The gateway sends a comment every 25 s. An event stream without comments is dead. */
const STREAM_SILENCE_MS = 60_000;
/** A silent WebSocket may be dead, or there may be no news for hours: browsers hide pings. */
const SOCKET_SILENCE_MS = { least: 4 * 60_000, spread: 2 * 60_000 };
/** The bound when a reader looks at the page, or when the network comes back. */
const DOUBTFUL_SILENCE_MS = 30_000;

/** What a line's silence means. */
export interface Silence {
  /** Whether an event stream that was silent for so long is dead. */
  isDead(kind: Transport, silentMs: number): boolean;
  /** Whether a line that was silent for so long is to be replaced. */
  isLong(silentMs: number): boolean;
  /** Whether it is to be replaced when somebody looks. */
  isDoubtful(silentMs: number): boolean;
}

/** The silence of one line; lines differ, so that not all pages open another in the same second. */
export function silenceOf(random: () => number): Silence {
  const longMs = SOCKET_SILENCE_MS.least + random() * SOCKET_SILENCE_MS.spread;
  return {
    isDead: (kind, silentMs) => kind === 'stream' && silentMs >= STREAM_SILENCE_MS,
    isLong: (silentMs) => silentMs >= longMs,
    isDoubtful: (silentMs) => silentMs >= DOUBTFUL_SILENCE_MS,
  };
}
