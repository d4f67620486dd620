import { test as base } from 'vitest';
import { startPushService, type PushService } from './push-service/start.ts';
import type { SubscriptionJson } from './push-service/virtual.ts';
import { startStack, type Stack } from './stack.ts';

interface Line {
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
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads the fixture's needs from the pattern
  service: async ({}, use) => {
    const service = await startPushService();
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
