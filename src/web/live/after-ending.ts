import { CLOSE_CODES } from '../../live/protocol.ts';
import { MOST_MS, MOST_NEVER_CONNECTED_MS, reconnectDelay } from '../common/backoff.ts';
import type { Ending } from './line.ts';

/** What to do when a line has ended. */
export type Next =
  /** A new connection would not help: it is a bug. */
  | { readonly type: 'stop' }
  | {
      readonly type: 'wait';
      readonly waitMs: number;
      /** The gateway asked for this wait. A reader who looks at the page does not shorten it. */
      readonly asked: boolean;
    };

const FINAL_CODES: ReadonlySet<number> = new Set([
  CLOSE_CODES.protocolError,
  CLOSE_CODES.invalidText,
  CLOSE_CODES.policyViolation,
  CLOSE_CODES.messageTooBig,
]);
/** The gateway is full (1013): time for other readers to leave. */
const FULL_MS = { least: 10_000, spread: 50_000 };
/** The origin is not allowed. Only an operator can change that. */
const HOPELESS_MS = { least: 2 * 60_000, spread: 3 * 60_000 };
const AT_ONCE_MS = 300;

/**
 * Decides by the close code (src/live/protocol.ts) or the status of the refusal.
 * @param failures how many lines failed in a row before this one
 * @param everConnected whether this client ever had a line
 */
export function afterEnding(
  ending: Ending,
  failures: number,
  everConnected: boolean,
  random: () => number,
): Next {
  const within = ({ least, spread }: typeof FULL_MS): Next => wait(least + random() * spread, true);
  const backoff = reconnectDelay(failures, random, everConnected ? MOST_MS : MOST_NEVER_CONNECTED_MS);
  if (ending.code !== undefined && FINAL_CODES.has(ending.code)) return { type: 'stop' };
  if (ending.status === 400) return { type: 'stop' };
  if (ending.code === CLOSE_CODES.tryAgainLater) return within(FULL_MS);
  if (ending.status === 403) return within(HOPELESS_MS);
  if (ending.code === CLOSE_CODES.slowConsumer && failures === 0) return wait(random() * AT_ONCE_MS, false);
  if (ending.retryAfterMs !== undefined) {
    return wait(Math.min(ending.retryAfterMs, MOST_NEVER_CONNECTED_MS) + backoff, true);
  }
  return wait(backoff, false);
}

const wait = (waitMs: number, asked: boolean): Next => ({ type: 'wait', waitMs, asked });
