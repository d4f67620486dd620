import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { newSecret } from './secrets.ts';

/** What an authenticator must sign (WebAuthn Level 3, section 13.4.3). A challenge counts once, and for one purpose. */
export interface PasskeyChallenges {
  /** @param purpose signing in, or the registration of one editor */
  make(purpose: string): Promise<string>;
  /** Uses a challenge up. @returns whether it was ours, for this purpose, and still in time */
  take(challenge: string, purpose: string): Promise<boolean>;
}

/** Long enough to find a phone or a security key. */
export const CHALLENGE_LIFE_MS = 5 * 60_000;

const storedSchema = z.object({ purpose: z.string(), until: z.number() });

/** @param deps.now milliseconds since the epoch */
export function createPasskeyChallenges(deps: { redis: Redis; now: () => number }): PasskeyChallenges {
  return {
    make: async (purpose) => {
      const challenge = newSecret();
      const stored = JSON.stringify({ purpose, until: deps.now() + CHALLENGE_LIFE_MS });
      await deps.redis.set(keys.passkeyChallenge(challenge), stored, 'PX', CHALLENGE_LIFE_MS);
      return challenge;
    },
    take: async (challenge, purpose) => {
      const text = await deps.redis.getdel(keys.passkeyChallenge(challenge));
      if (text === null) return false;
      const stored = storedSchema.parse(JSON.parse(text));
      return stored.purpose === purpose && deps.now() < stored.until;
    },
  };
}
