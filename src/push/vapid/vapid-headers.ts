import webPush from 'web-push';
import type { VapidKeys } from './parse-vapid-keys.ts';

export interface Vapid {
  /**
   * The value of `Authorization` for requests to this origin (RFC 8292, section 3). It is cheap, because tokens are
   * kept.
   */
  authorization(origin: string): string;
}

const HOUR = 3_600_000;
/** RFC 8292, section 2, allows 24 hours; half of it leaves room for clocks that differ. */
const LIFETIME = 12 * HOUR;
/** Apple asks for at most one new token an hour; a token is renewed long before it ends. */
const RENEW_AFTER = 6 * HOUR;
/**
 * Origins whose token is kept; the one signed longest ago goes first. More than the sender has lanes for (lane/lanes.ts),
 * because signing costs as much as encrypting several messages.
 */
const MAX_TOKENS = 512;

/**
 * Signs one token per origin with web-push and keeps it: signing each message would cost more than all the rest of it.
 * @param deps.subject `mailto:` or `https:` URL under which push services can reach us
 */
export function createVapid(deps: { keys: VapidKeys; subject: string }): Vapid {
  const { keys, subject } = deps;
  const tokens = new Map<string, { header: string; signedAt: number }>();

  function signFor(origin: string, signedAt: number): string {
    const { publicKey, privateKey } = keys;
    const exp = Math.floor((signedAt + LIFETIME) / 1000);
    return webPush.getVapidHeaders(origin, subject, publicKey, privateKey, 'aes128gcm', exp).Authorization;
  }

  return {
    authorization(origin) {
      // The machine's clock, because web-push compares `exp` with it.
      const time = Date.now();
      const kept = tokens.get(origin);
      // After a clock was set back, the token would be valid for too long: it is renewed as well.
      if (kept !== undefined && Math.abs(time - kept.signedAt) < RENEW_AFTER) return kept.header;
      const header = signFor(origin, time);
      tokens.delete(origin);
      tokens.set(origin, { header, signedAt: time });
      const [oldest] = tokens.keys();
      if (tokens.size > MAX_TOKENS && oldest !== undefined) tokens.delete(oldest);
      return header;
    },
  };
}
