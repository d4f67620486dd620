import type { BrowserContext } from 'playwright-core';
import type { SubscriptionJson } from './push-service/virtual.ts';

/**
 * Chromium's own push service is Google's and cannot be reached from a test, so `subscribe()` gives a subscription of the
 * test's push service. Nothing else is stubbed.
 */
export async function stubSubscribe(reader: BrowserContext, subscription: SubscriptionJson): Promise<void> {
  await reader.addInitScript(`{
    const json = ${JSON.stringify(subscription)};
    PushManager.prototype.subscribe = async (options) => {
      if (options?.userVisibleOnly !== true || Notification.permission !== 'granted') throw new Error('refused');
      return {
        endpoint: json.endpoint,
        options: { userVisibleOnly: true, applicationServerKey: null },
        toJSON: () => json,
        unsubscribe: async () => true,
      };
    };
  }`);
}
