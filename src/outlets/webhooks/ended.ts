import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';

/** Webhooks whose receivers want nothing any more. An admin may switch one on again. */
export interface EndedWebhooks {
  /** Why each has ended, by its id. */
  all(): Promise<ReadonlyMap<string, string>>;
  add(id: string, reason: string): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createEndedWebhooks(redis: Redis): EndedWebhooks {
  return {
    all: async () => new Map(Object.entries(await redis.hgetall(keys.webhooksEnded))),
    add: async (id, reason) => {
      await redis.hset(keys.webhooksEnded, id, reason);
    },
    remove: async (id) => {
      await redis.hdel(keys.webhooksEnded, id);
    },
  };
}
