import { test as base } from 'vitest';
import { startPushService, type PushService, type PushServiceOptions } from './push-service/start.ts';
import type { SubscriptionJson } from './push-service/virtual.ts';
import { startStack, type Stack } from './stack.ts';
import { subscribeDirectly } from './subscribe-directly.ts';

interface Line {
  readonly serviceOptions: PushServiceOptions;
  readonly workerProcesses: number;
  readonly service: PushService;
  readonly stack: Stack;
  /** Makes so many virtual readers, of the topic `world` unless told otherwise, who are subscribed when it resolves. */
  readonly readers: (count: number, preferences?: object) => Promise<Reader[]>;
  /** The same for thousands, past the API: they are proven. */
  readonly crowd: (count: number, topics?: readonly string[]) => Promise<readonly SubscriptionJson[]>;
}

export interface Reader {
  readonly id: string;
  readonly subscription: SubscriptionJson;
}

/** A test with the whole line to itself: product, Redis, push service. Prints what the processes said when it fails. */
export const test = base.extend<Line>({
  serviceOptions: {},
  workerProcesses: 1,
  service: async ({ serviceOptions }, use) => {
    const service = await startPushService(serviceOptions);
    await use(service);
    await service.stop();
  },
  stack: async ({ service, workerProcesses, onTestFailed }, use) => {
    const stack = await startStack({ pushServices: [service], workerProcesses });
    onTestFailed(() => console.error(stack.logs()));
    await use(stack);
    await stack.stop();
  },
  readers: async ({ service, stack }, use) => {
    await use(async (count, preferences) => {
      const applicationServerKey = stack.vapidPublicKey;
      const subscriptions = await service.createSubscriptions(count, { applicationServerKey });
      const ids = await stack.api.subscribeAll(subscriptions, preferences);
      return subscriptions.map((subscription, index) => ({ id: ids[index] ?? '', subscription }));
    });
  },
  crowd: async ({ service, stack }, use) => {
    await use(async (count, topics) => {
      const applicationServerKey = stack.vapidPublicKey;
      const subscriptions = await service.createSubscriptions(count, { applicationServerKey });
      await subscribeDirectly(stack, subscriptions, { topics: topics ?? ['world'] });
      return subscriptions;
    });
  },
});
