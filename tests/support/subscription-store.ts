import { createSubscriptionStore, type SubscriptionStore } from '../../src/audience/subscriptions.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { closeRedis, connectRedis, type Redis } from '../../src/redis/connect.ts';
import { ADDRESSES } from './readers.ts';
import { startTestRedis } from './redis.ts';

export interface TestStore {
  readonly redis: Redis;
  readonly store: SubscriptionStore;
  /** As the clock of another day would have it. */
  storeAfter(ms: number): SubscriptionStore;
  close(): Promise<void>;
}

/** Subscriptions on a Redis of their own. */
export async function openTestStore(): Promise<TestStore> {
  const server = await startTestRedis();
  const redis = connectRedis(server.url, 'worker', createLogger({ level: 'silent', role: 'test' }));
  const storeAfter = (ms: number): SubscriptionStore =>
    createSubscriptionStore({ redis, addresses: ADDRESSES, now: () => Date.now() + ms });
  return {
    redis,
    store: storeAfter(0),
    storeAfter,
    close: async () => {
      await closeRedis(redis);
      await server.stop();
    },
  };
}
