import { z } from 'zod';
import type { Redis } from '../../../redis/connect.ts';
import { keys } from '../../../redis/keys.ts';

const askSchema = z.object({
  hub: z.string(),
  topic: z.string(),
  /** The part of our callback that nobody can guess. */
  token: z.string(),
  /** Signs what the hub sends. */
  secret: z.string(),
  /** When the hub was asked last, and how often since it last said yes. Milliseconds since the epoch. */
  askedAt: z.number(),
  tries: z.number(),
  /** Why the hub says no; null: it has not. */
  fault: z.string().nullable(),
});
/** What a hub was asked for. */
export type HubAsk = z.infer<typeof askSchema>;

const leaseSchema = z.object({
  token: z.string(),
  /** When it began and when it ends, ms since the epoch. */
  from: z.number(),
  until: z.number(),
});
/** What a hub has agreed to. */
export type HubLease = z.infer<typeof leaseSchema>;

/** An answer to a hub that asks whether we want to leave may be wanted for so long, seconds. */
const LEFT_S = 24 * 3600;

/**
 * What is known of a feed's hub. What we ask for and what the hub agrees to are apart, since a hub may answer before our request to
 * it has ended. Both are fields of the feed's hash, so they go with it.
 */
export interface LeaseStore {
  ask(sourceId: string): Promise<HubAsk | undefined>;
  /** Undefined: the hub has not agreed to what it was asked for last, or its lease has ended. */
  lease(sourceId: string): Promise<HubLease | undefined>;
  putAsk(sourceId: string, ask: HubAsk): Promise<void>;
  putLease(sourceId: string, lease: HubLease): Promise<void>;
  /** Whether a look found what the hub has not sent. */
  isBehind(sourceId: string): Promise<boolean>;
  setBehind(sourceId: string, behind: boolean): Promise<void>;
  dropLease(sourceId: string): Promise<void>;
  /** Nothing more is wanted; only a last question of the hub's will be answered. */
  leave(sourceId: string, ask: HubAsk): Promise<void>;
  /** The topic that a token that was left stood for. */
  left(token: string): Promise<string | null>;
}

/** @param deps.now milliseconds since the epoch */
export function createLeaseStore({
  redis,
  now,
}: {
  readonly redis: Redis;
  readonly now: () => number;
}): LeaseStore {
  const read = async <T>(sourceId: string, field: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    const text = await redis.hget(keys.feed(sourceId), field);
    return text === null ? undefined : schema.parse(JSON.parse(text));
  };
  const write = async (sourceId: string, field: string, value: object): Promise<void> => {
    await redis.hset(keys.feed(sourceId), field, JSON.stringify(value));
  };
  const ask: LeaseStore['ask'] = (sourceId) => read(sourceId, ASK, askSchema);
  return {
    ask,
    lease: async (sourceId) => {
      const [lease, asked] = await Promise.all([read(sourceId, LEASE, leaseSchema), ask(sourceId)]);
      return lease !== undefined && lease.token === asked?.token && lease.until > now() ? lease : undefined;
    },
    putAsk: (sourceId, asked) => write(sourceId, ASK, asked),
    putLease: (sourceId, lease) => write(sourceId, LEASE, lease),
    isBehind: async (sourceId) => (await redis.hexists(keys.feed(sourceId), BEHIND)) === 1,
    setBehind: async (sourceId, behind) => {
      if (behind) await redis.hset(keys.feed(sourceId), BEHIND, '1');
      else await redis.hdel(keys.feed(sourceId), BEHIND);
    },
    dropLease: async (sourceId) => {
      await redis.hdel(keys.feed(sourceId), LEASE);
    },
    leave: async (sourceId, { token, topic }) => {
      await redis
        .multi()
        .hdel(keys.feed(sourceId), ASK, LEASE, BEHIND)
        .set(keys.hubLeft(token), topic, 'EX', LEFT_S)
        .exec();
    },
    left: (token) => redis.get(keys.hubLeft(token)),
  };
}

/** Fields of the feed's hash. */
const [ASK, LEASE, BEHIND] = ['hub-ask', 'hub-lease', 'hub-behind'] as const;
