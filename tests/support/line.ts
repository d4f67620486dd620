import { test as base } from 'vitest';
import { startPushService, type PushService, type PushServiceOptions } from './push-service/start.ts';
import type { SubscriptionJson } from './push-service/virtual.ts';
import { startStack, type Stack } from './stack.ts';

interface Line {
  readonly serviceOptions: PushServiceOptions;
  readonly service: PushService;
  readonly stack: Stack;
  /** Makes so many virtual readers of the topic `world`, who are subscribed when it resolves. */
  readonly readers: (count: number) => Promise<Reader[]>;
}

export interface Reader {
  readonly id: string;
  readonly subscription: SubscriptionJson;
}

/** A test with the whole line to itself: product, Redis, push service. Prints what the processes said when it fails. */
export const test = base.extend<Line>({
  serviceOptions: {},
  service: async ({ serviceOptions }, use) => {
    const service = await startPushService(serviceOptions);
    await use(service);
    await service.stop();
  },
  stack: async ({ service, onTestFailed }, use) => {
    const stack = await startStack({ pushServices: [service] });
    onTestFailed(() => console.error(stack.logs()));
    await use(stack);
    await stack.stop();
  },
  readers: async ({ service, stack }, use) => {
    await use(async (count) => {
      const applicationServerKey = stack.vapidPublicKey;
      const subscriptions = await service.createSubscriptions(count, { applicationServerKey });
      const ids = await stack.api.subscribeAll(subscriptions);
      return subscriptions.map((subscription, index) => ({ id: ids[index] ?? '', subscription }));
    });
  },
});
