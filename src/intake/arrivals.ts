import { z } from 'zod';
import { statusSchema } from '../alerts/schema.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { reasonSchema } from './reasons.ts';

/** Of each source; the older ones are forgotten. */
export const MOST_ARRIVALS = 200;
const KEPT_S = 30 * 24 * 3600;
const MOST_TEXT = 300;

export const arrivalSchema = z.object({
  at: z.string(),
  /** What the source calls the item; null: what came held none. */
  item: z.string().nullable(),
  headline: z.string().nullable(),
  action: z.enum(['created', 'updated', 'corrected', 'retracted', 'ignored', 'refused']),
  alertId: z.string().nullable(),
  /** The alert's at that time. */
  status: statusSchema.nullable(),
  reason: z.string().nullable(),
  why: reasonSchema.nullable().default(null).describe('The same as a code, with what the sentence names'),
});
/** Something that came from a source, and what became of it. */
export type Arrival = z.infer<typeof arrivalSchema>;

/** When a source was heard last, and when it was added or saved first. Milliseconds since the epoch; null: never. */
export interface Heard {
  readonly heardAt: number | null;
  readonly addedAt: number | null;
}

/** Beside the ids of sources, which have no colon. */
const added = (sourceId: string): string => `added:${sourceId}`;

/** What came in, for editors who look for it, and when a source was heard last. */
export interface Arrivals {
  note(sourceId: string, arrival: Omit<Arrival, 'at'>): Promise<void>;
  /** Newest first. */
  list(sourceId: string, limit: number): Promise<readonly Arrival[]>;
  /** The source has been heard: something new came, whatever becomes of it. */
  hear(sourceId: string): Promise<void>;
  /** Of a source that is new: its silence is counted from now on. */
  begin(sourceId: string): Promise<void>;
  heard(): Promise<ReadonlyMap<string, Heard>>;
  forget(sourceId: string): Promise<void>;
}

export function createArrivals(deps: { readonly redis: Redis; readonly now: () => number }): Arrivals {
  const { redis, now } = deps;
  const cut = (text: string | null): string | null => text && text.slice(0, MOST_TEXT);
  return {
    note: async (sourceId, { item, headline, reason, ...rest }) => {
      const arrival: Arrival = {
        at: new Date(now()).toISOString(),
        item: cut(item),
        headline: cut(headline),
        reason: cut(reason),
        ...rest,
      };
      const key = keys.arrivals(sourceId);
      const transaction = redis
        .multi()
        .lpush(key, JSON.stringify(arrival))
        .ltrim(key, 0, MOST_ARRIVALS - 1)
        .expire(key, KEPT_S)
        .hset(keys.heard, sourceId, now());
      for (const [error] of (await transaction.exec()) ?? [[new Error('Connection is closed.')]]) {
        if (error) throw error;
      }
    },
    list: async (sourceId, limit) =>
      (await redis.lrange(keys.arrivals(sourceId), 0, limit - 1)).map((text) =>
        arrivalSchema.parse(JSON.parse(text)),
      ),
    hear: async (sourceId) => {
      await redis.hset(keys.heard, sourceId, now());
    },
    begin: async (sourceId) => {
      await redis.hsetnx(keys.heard, added(sourceId), now());
    },
    heard: async () => {
      const stored = new Map(Object.entries(await redis.hgetall(keys.heard)));
      const ids = new Set([...stored.keys()].map((name) => name.replace(/^added:/, '')));
      const at = (name: string): number | null => (stored.has(name) ? Number(stored.get(name)) : null);
      return new Map([...ids].map((id) => [id, { heardAt: at(id), addedAt: at(added(id)) }]));
    },
    forget: async (sourceId) => {
      await Promise.all([
        redis.del(keys.arrivals(sourceId)),
        redis.hdel(keys.heard, sourceId, added(sourceId)),
      ]);
    },
  };
}
