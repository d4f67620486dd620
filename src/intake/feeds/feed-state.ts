import { z } from 'zod';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';

/** Items that are remembered: more than a feed holds, and then those of the last looks. */
const MOST_SEEN = 2000;

export const feedStateSchema = z.object({
  /** The address that the admin gave: another one begins anew. */
  url: z.string(),
  /** Where the feed has moved for good; null: it has not. */
  movedTo: z.string().nullable(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** Milliseconds since the epoch, as all times here. Null: there was no answer yet. */
  answeredAt: z.number().nullable(),
  nextAt: z.number(),
  failures: z.number(),
  /** Why the last look failed; null: it did not. */
  fault: z.string().nullable(),
  /** Its server says that it is gone: nobody asks again until an admin saves the source. */
  isGone: z.boolean(),
  /** Digests of the items by hashes of their ids; null: the first look has yet to come. */
  seen: z.record(z.string(), z.string()).nullable(),
});
/** What is known of a feed between two looks. */
export type FeedState = z.infer<typeof feedStateSchema>;

export const newState = (url: string): FeedState => ({
  url,
  movedTo: null,
  etag: null,
  lastModified: null,
  answeredAt: null,
  nextAt: 0,
  failures: 0,
  fault: null,
  isGone: false,
  seen: null,
});

/** What is remembered after a look: all that it saw, and of the earlier the newest. */
export function seenAfter(
  before: Readonly<Record<string, string>> | null,
  now: Readonly<Record<string, string>>,
): Record<string, string> {
  const gone = Object.entries(before ?? {}).filter(([id]) => !Object.hasOwn(now, id));
  const room = Math.max(0, MOST_SEEN - Object.keys(now).length);
  return { ...Object.fromEntries(room === 0 ? [] : gone.slice(-room)), ...now };
}

/** Without what it has seen, which may be long: every process asks each second whether a feed is due. */
export type FeedStanding = Omit<FeedState, 'seen'>;

export interface FeedStates {
  /** That of another address does not count. */
  read(sourceId: string, url: string): Promise<FeedState>;
  standing(sourceId: string, url: string): Promise<FeedStanding>;
  write(sourceId: string, state: FeedState): Promise<void>;
  /** Asks again at once, also a feed that was gone. */
  wake(sourceId: string): Promise<void>;
  forget(sourceId: string): Promise<void>;
}

const standingSchema = feedStateSchema.omit({ seen: true });
const seenSchema = feedStateSchema.shape.seen;
/** The fields of the hash. */
const STANDING = 'standing';
const SEEN = 'seen';

export function createFeedStates({ redis }: { readonly redis: Redis }): FeedStates {
  async function stored(sourceId: string): Promise<FeedStanding | undefined> {
    const text = await redis.hget(keys.feed(sourceId), STANDING);
    return text === null ? undefined : standingSchema.parse(JSON.parse(text));
  }
  async function standing(sourceId: string, url: string): Promise<FeedStanding> {
    const known = await stored(sourceId);
    return known?.url === url ? known : newState(url);
  }
  return {
    standing,
    read: async (sourceId, url) => {
      const known = await stored(sourceId);
      if (known?.url !== url) return newState(url);
      const seen = await redis.hget(keys.feed(sourceId), SEEN);
      return { ...known, seen: seen === null ? null : seenSchema.parse(JSON.parse(seen)) };
    },
    write: async (sourceId, { seen, ...known }) => {
      const fields = { [STANDING]: JSON.stringify(known), [SEEN]: JSON.stringify(seen) };
      await redis.hset(keys.feed(sourceId), fields);
    },
    wake: async (sourceId) => {
      const known = await stored(sourceId);
      if (known === undefined) return;
      const awake = { ...known, nextAt: 0, failures: 0, isGone: false };
      await redis.hset(keys.feed(sourceId), STANDING, JSON.stringify(awake));
    },
    forget: async (sourceId) => {
      await redis.del(keys.feed(sourceId));
    },
  };
}
