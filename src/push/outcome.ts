import type { Provider } from './endpoint/endpoint-policy.ts';
import { TransportError, type PushAnswer, type RetryReason, type TransportResponse } from './types.ts';

/** The longest wait that a push service may demand, ms: an alert rarely lives longer than an hour. */
const MAX_RETRY_AFTER = 3_600_000;
/** The wait if a push service names none, ms. The caller's backoff adds to it. */
export const DEFAULT_RETRY_AFTER = 1000;
/** The wait after 401 and 403, ms: people, or a new token, must mend the cause. */
const UNAUTHORIZED_RETRY_AFTER = 30_000;

// Apple: BadJwtToken, VapidPkHashMismatch; FCM: UnauthorizedRegistration; Mozilla: invalid Authorization or Crypto-Key
// header.
const VAPID_REASON = /vapid|jwt|unauthori[sz]ed|authorization|crypto-key/i;

/**
 * What an exchange means for the delivery, by RFC 8030 (sections 5 and 7.3) and the documentation of the push services.
 * A pure function.
 * @param now ms since 1970, because `Retry-After` may be a date
 */
export function classify(
  result: TransportResponse | TransportError,
  provider: Provider,
  now: number,
): PushAnswer {
  if (result instanceof TransportError) {
    const reason = result.code === 'timeout' ? 'timeout' : 'connection';
    return retry(reason, DEFAULT_RETRY_AFTER, result.processed);
  }
  const { status, body } = result;
  if (status >= 200 && status < 300) return { type: 'accepted', status };
  if (status === 404 || status === 410) return { type: 'gone', status };
  if (status === 401 || status === 403 || (status === 400 && VAPID_REASON.test(body))) {
    return retry('unauthorized', Math.max(UNAUTHORIZED_RETRY_AFTER, retryAfter(result, now)));
  }
  if (status === 429 || (status === 406 && provider === 'wns')) {
    return retry('throttled', retryAfter(result, now));
  }
  if (status === 408) return retry('timeout', retryAfter(result, now));
  // The server did not act on the request (RFC 9110, section 15.5.20; RFC 8470, section 5.2).
  if (status === 421 || status === 425) return retry('unavailable', retryAfter(result, now));
  if (status >= 300 && status < 400)
    return { type: 'rejected', status, reason: 'redirects are not followed' };
  if (status >= 400 && status < 500) return { type: 'rejected', status, reason: reasonOf(body) };
  return retry('unavailable', retryAfter(result, now));
}

const retry = (reason: RetryReason, afterMs: number, attempted = true): PushAnswer => ({
  type: 'retry',
  afterMs,
  reason,
  attempted,
});

/** Seconds or a date (RFC 9110, section 10.2.3). WNS uses its own header, in seconds. */
function retryAfter({ headers }: TransportResponse, now: number): number {
  const text = (headers['retry-after'] ?? headers['x-wns-continue-after'] ?? '').trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms)
    ? DEFAULT_RETRY_AFTER
    : Math.min(Math.max(ms, DEFAULT_RETRY_AFTER), MAX_RETRY_AFTER);
}

/**
 * A word for machines such as `BadTtl`, if the body has one. Free text is never used, because it might quote the
 * endpoint.
 */
function reasonOf(body: string): string {
  const word = /"(?:reason|code|error|status)"\s*:\s*"([\w.-]{1,40})"/i.exec(body)?.[1];
  return word ?? 'refused by the push service';
}
