import { z } from 'zod';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';

/** What stands of an alert in an outlet, as far as we know. */
export const trailSchema = z.object({
  /** The newest version that was posted or that posts were changed to; 0: none. */
  version: z.number().int(),
  /** Oldest first. */
  posts: z.array(z.string()),
  /** Posts that a later one has replaced, to be removed. */
  stale: z.array(z.string()),
  /** A post that nobody can change may stand there, or readers have seen one that is gone. */
  isLoose: z.boolean(),
  /** A post was begun, and nobody knows how it ended. */
  trying: z
    .object({
      version: z.number().int(),
      /** ms since the epoch: of the first attempt. */
      sinceMs: z.number(),
      /** Attempts without an answer so far. */
      attempts: z.number().int(),
      /** The posts that it replaces. */
      replaces: z.array(z.string()),
    })
    .nullable(),
});
export type Trail = z.infer<typeof trailSchema>;

export const NOTHING: Trail = { version: 0, posts: [], stale: [], isLoose: false, trying: null };

/** A correction may come months later. Nobody else knows where a post is. */
const KEPT_S = 400 * 24 * 3600;

export interface TrailStore {
  get(outlet: string, alertId: string): Promise<Trail>;
  put(outlet: string, alertId: string, trail: Trail): Promise<void>;
  /** Ids of those outlets in which something of the alert stands, or may stand. */
  having(outlets: readonly string[], alertId: string): Promise<ReadonlySet<string>>;
}

export function createTrailStore(redis: Redis): TrailStore {
  return {
    get: async (outlet, alertId) => {
      const stored = await redis.get(keys.posts(outlet, alertId));
      return stored === null ? NOTHING : trailSchema.parse(JSON.parse(stored));
    },
    put: async (outlet, alertId, trail) => {
      await redis.set(keys.posts(outlet, alertId), JSON.stringify(trail), 'EX', KEPT_S);
    },
    having: async (outlets, alertId) => {
      const there = await Promise.all(outlets.map((outlet) => redis.exists(keys.posts(outlet, alertId))));
      return new Set(outlets.filter((_, index) => there[index] === 1));
    },
  };
}
