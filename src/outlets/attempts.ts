import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';

export const attemptSchema = z.object({
  /** RFC 3339 */
  at: z.string(),
  eventId: z.string(),
  type: z.string(),
  attempt: z.number().int(),
  outcome: z.enum(['told', 'again', 'over']),
  /** Of HTTP or SMTP; null: there was no answer. */
  status: z.number().int().nullable(),
  ms: z.number(),
  reason: z.string().nullable(),
  /** Names the reason, where the desk has words for it. */
  code: z.string().optional(),
  /** What the service says itself. */
  detail: z.string().optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

const KEPT = 200;
const KEPT_S = 30 * 24 * 3600;

/** What was tried with each receiver, newest first. */
export interface AttemptLog {
  add(outlet: string, receiver: string, attempt: Attempt): Promise<void>;
  list(outlet: string, receiver: string): Promise<readonly Attempt[]>;
  forget(outlet: string, receiver: string): Promise<void>;
}

export function createAttemptLog(redis: Redis): AttemptLog {
  return {
    add: async (outlet, receiver, attempt) => {
      const key = keys.attempts(outlet, receiver);
      await redis
        .multi()
        .lpush(key, JSON.stringify(attempt))
        .ltrim(key, 0, KEPT - 1)
        .expire(key, KEPT_S)
        .exec();
    },
    list: async (outlet, receiver) =>
      (await redis.lrange(keys.attempts(outlet, receiver), 0, -1)).map((text) =>
        attemptSchema.parse(JSON.parse(text)),
      ),
    forget: async (outlet, receiver) => {
      await redis.del(keys.attempts(outlet, receiver));
    },
  };
}
