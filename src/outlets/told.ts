import type { Told } from './teller.ts';
import type { Posted } from './webhooks/post.ts';

export const GONE = 'its receiver answered 410 Gone';

/** The longest that a receiver may put us off, ms. */
const MOST_AFTER_MS = 24 * 3_600_000;

/** What an answer means. */
export function toldBy({ status, retryAfter }: Posted, nowMs: number): Told {
  if (status >= 200 && status < 300) return { type: 'told', status };
  if (status === 410) return { type: 'over', status, reason: GONE };
  const reason =
    status >= 300 && status < 400 ? 'a redirect is not followed' : `its receiver answered ${status}`;
  const afterMs = afterOf(retryAfter, nowMs);
  return { type: 'again', status, reason, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** RFC 9110, section 10.2.3. */
function afterOf(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MOST_AFTER_MS);
}

/** Why there was no answer. Without the address: the log is no place for it. */
export function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (code === 'ENOTPUBLIC') return 'its name resolves to no public address';
  if (code === 'TIMEOUT') return 'no answer in time';
  return typeof code === 'string' ? `no connection (${code})` : 'no connection';
}
