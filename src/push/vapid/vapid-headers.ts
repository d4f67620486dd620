import { sign } from 'node:crypto';
import type { VapidKeys } from './vapid-keys.ts';

export interface Vapid {
  /** The value of `Authorization` for requests to this origin (RFC 8292, section 3). Cheap: tokens are kept. */
  authorization(origin: string): string;
}

const HOUR = 3_600_000;
/** RFC 8292, section 2, allows 24 hours; half of it leaves room for clocks that differ. */
const LIFETIME = 12 * HOUR;
/** Apple asks for not more than one token an hour; a token is renewed long before it ends. */
const RENEW_AFTER = 6 * HOUR;
/** Origins whose token is kept; the one signed longest ago goes first. */
const MAX_TOKENS = 256;

const HEADER = Buffer.from('{"typ":"JWT","alg":"ES256"}').toString('base64url');

/**
 * Signs one token per origin and keeps it: signing for every message is what makes other senders slow.
 * @param deps.subject `mailto:` or `https:`, where push services can reach us
 * @param deps.now ms since 1970
 */
export function createVapid(deps: { keys: VapidKeys; subject: string; now?: () => number }): Vapid {
  const { keys, subject, now = Date.now } = deps;
  const tokens = new Map<string, { header: string; signedAt: number }>();

  function signToken(origin: string, signedAt: number): string {
    const exp = Math.floor((signedAt + LIFETIME) / 1000);
    const claims = Buffer.from(JSON.stringify({ aud: origin, exp, sub: subject })).toString('base64url');
    const text = `${HEADER}.${claims}`;
    const key = { key: keys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  return {
    authorization(origin) {
      const time = now();
      const kept = tokens.get(origin);
      // A clock that was set back makes a token too long-lived: that is a reason to renew as well.
      if (kept !== undefined && Math.abs(time - kept.signedAt) < RENEW_AFTER) return kept.header;
      const header = `vapid t=${signToken(origin, time)}, k=${keys.publicKey}`;
      tokens.delete(origin);
      tokens.set(origin, { header, signedAt: time });
      const [oldest] = tokens.keys();
      if (tokens.size > MAX_TOKENS && oldest !== undefined) tokens.delete(oldest);
      return header;
    },
  };
}
