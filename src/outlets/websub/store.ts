import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import {
  hubSubscriptionSchema,
  MOST_PER_HOST,
  MOST_SUBSCRIPTIONS,
  subscriptionId,
  type HubSubscription,
} from './subscription.ts';

/** What a subscription was sent last. */
export interface Sent {
  /** When it was written, ms since the epoch. */
  readonly writtenMs: number;
  readonly hash: string;
}

export interface HubStore {
  /** Adds it, or puts it in the place of the one with the same id. @returns why not */
  put(subscription: HubSubscription): Promise<'full' | undefined>;
  /** Undefined if there is none, or its lease has ended. */
  get(id: string): Promise<HubSubscription | undefined>;
  has(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Those whose leases last. The others are removed. */
  all(): Promise<readonly (readonly [id: string, subscription: HubSubscription])[]>;
  /** Ids of those whose last attempt failed. */
  failing(): Promise<ReadonlySet<string>>;
  sent(id: string): Promise<Sent | undefined>;
  noteSent(id: string, sent: Sent): Promise<void>;
  noteFailure(id: string): Promise<void>;
  /** @returns false while another process tells it */
  takeTurn(id: string): Promise<boolean>;
  endTurn(id: string): Promise<void>;
}

/** Longer than a call may take. */
const TURN_MS = 30_000;
const MOST_ENDED_AT_ONCE = 1000;

/** @param deps.now milliseconds since the epoch */
export function createHubStore({
  redis,
  now,
}: {
  readonly redis: Redis;
  readonly now: () => number;
}): HubStore {
  const read = (text: string): HubSubscription => hubSubscriptionSchema.parse(JSON.parse(text));

  async function isFull(host: string): Promise<boolean> {
    const [all, ofHost] = await Promise.all([
      redis.hlen(keys.websub),
      redis.zlexcount(keys.websubHosts, `[${host} `, `[${host} ~`),
    ]);
    return all >= MOST_SUBSCRIPTIONS || ofHost >= MOST_PER_HOST;
  }

  async function remove(id: string): Promise<void> {
    const stored = await redis.hget(keys.websub, id);
    const change = redis
      .multi()
      .hdel(keys.websub, id)
      .zrem(keys.websubLeases, id)
      .hdel(keys.websubSent, id)
      .srem(keys.websubFailing, id);
    if (stored !== null) change.zrem(keys.websubHosts, `${hostOf(read(stored))} ${id}`);
    await change.exec();
  }

  async function removeEnded(): Promise<void> {
    const ended = await redis.zrangebyscore(keys.websubLeases, '-inf', now(), 'LIMIT', 0, MOST_ENDED_AT_ONCE);
    for (const id of ended) await remove(id);
  }

  return {
    put: async (subscription) => {
      const id = subscriptionId(subscription);
      const host = hostOf(subscription);
      await removeEnded();
      // Two at once may pass the bound by one; it only has to hold strangers back.
      if ((await redis.hexists(keys.websub, id)) === 0 && (await isFull(host))) return 'full';
      await redis
        .multi()
        .hset(keys.websub, id, JSON.stringify(subscription))
        .zadd(keys.websubLeases, subscription.endsAtMs, id)
        .zadd(keys.websubHosts, 0, `${host} ${id}`)
        .srem(keys.websubFailing, id)
        .exec();
      return undefined;
    },
    get: async (id) => {
      const stored = await redis.hget(keys.websub, id);
      const subscription = stored === null ? undefined : read(stored);
      return subscription === undefined || subscription.endsAtMs <= now() ? undefined : subscription;
    },
    has: async (id) => (await redis.hexists(keys.websub, id)) === 1,
    remove,
    all: async () => {
      await removeEnded();
      const stored = Object.entries(await redis.hgetall(keys.websub));
      return stored
        .map(([id, text]) => [id, read(text)] as const)
        .filter(([, { endsAtMs }]) => endsAtMs > now());
    },
    failing: async () => new Set(await redis.smembers(keys.websubFailing)),
    sent: async (id) => {
      const [writtenMs, hash] = (await redis.hget(keys.websubSent, id))?.split(' ') ?? [];
      return hash === undefined ? undefined : { writtenMs: Number(writtenMs), hash };
    },
    noteSent: async (id, { writtenMs, hash }) => {
      await redis
        .multi()
        .hset(keys.websubSent, id, `${writtenMs} ${hash}`)
        .srem(keys.websubFailing, id)
        .exec();
    },
    noteFailure: async (id) => {
      await redis.sadd(keys.websubFailing, id);
    },
    takeTurn: async (id) => (await redis.set(keys.websubTurn(id), '1', 'PX', TURN_MS, 'NX')) === 'OK',
    endTurn: async (id) => {
      await redis.del(keys.websubTurn(id));
    },
  };
}

const hostOf = ({ callback }: HubSubscription): string => new URL(callback).hostname;
