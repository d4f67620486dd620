import { createSubscriptionStore } from '../../src/audience/subscriptions.ts';
import { openAddresses } from '../../src/channels/addresses.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { vapidKeyId } from '../../src/push/vapid/parse-vapid-keys.ts';
import { closeRedis, connectRedis } from '../../src/redis/connect.ts';
import type { SubscriptionJson } from './push-service/virtual.ts';

const AT_ONCE = 500;

/** Subscribes many readers without the API, which bounds what one address may make. Imported ones are proven. */
export async function subscribeDirectly(
  stack: { readonly redis: { readonly url: string }; readonly vapidPublicKey: string },
  subscriptions: readonly SubscriptionJson[],
  { topics = ['world'], proven = true }: { topics?: readonly string[]; proven?: boolean } = {},
): Promise<void> {
  const redis = connectRedis(stack.redis.url, 'worker', createLogger({ level: 'warn', role: 'test' }));
  const keyId = vapidKeyId(Buffer.from(stack.vapidPublicKey, 'base64url'));
  const addresses = openAddresses({ config: { pushAllowedOrigins: [] }, vapidKeyId: keyId });
  const store = createSubscriptionStore({ redis, addresses, now: Date.now });
  for (let from = 0; from < subscriptions.length; from += AT_ONCE) {
    const some = subscriptions.slice(from, from + AT_ONCE);
    const preferences = { topics: [...topics], urgency: 'normal' as const };
    const readers = some.map(({ endpoint, keys }) => ({
      address: {
        endpoint,
        p256dh: Buffer.from(keys.p256dh, 'base64url'),
        auth: Buffer.from(keys.auth, 'base64url'),
        vapidKeyId: keyId,
      },
      preferences,
    }));
    if (proven) await store.putAll(readers);
    else await Promise.all(readers.map((reader) => store.put(reader.address, preferences)));
  }
  await closeRedis(redis);
}
