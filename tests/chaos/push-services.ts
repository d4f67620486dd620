import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/push-service/faults.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import type { SubscriptionJson } from '../support/push-service/virtual.ts';
import { makeCertificate } from '../support/tls.ts';

/** Three push services in processes of their own, each with a trouble of its own. */
export interface TroubledServices {
  readonly all: readonly PushService[];
  readonly subscriptions: readonly SubscriptionJson[];
  createSubscriptions(size: number, applicationServerKey: string): Promise<void>;
  /** Begins the troubles of a round. @returns the endpoints that are gone in it, and what undoes it all */
  trouble(random: () => number): Promise<{ gone: SubscriptionJson[]; end: () => Promise<void> }>;
}

/** Share of the third service's subscriptions that are gone in a round: well below what the brake is for. */
const GONE_SHARE = 0.03;

export async function startTroubledServices(): Promise<TroubledServices> {
  const certificate = makeCertificate();
  const start = (): Promise<PushService> => startPushService({ child: true, certificate });
  const [throttling, stalling, forgetting] = await Promise.all([start(), start(), start()]);
  const all = [throttling, stalling, forgetting];
  const subscriptions: SubscriptionJson[] = [];
  let forgettable: SubscriptionJson[] = [];

  return {
    all,
    subscriptions,
    createSubscriptions: async (size, applicationServerKey) => {
      const sizes = [
        Math.ceil(size / 3),
        Math.floor(size / 3),
        size - Math.ceil(size / 3) - Math.floor(size / 3),
      ];
      const parts = await Promise.all(
        all.map((service, index) =>
          service.createSubscriptions(sizes[index] ?? 0, { applicationServerKey, keyPairs: 64 }),
        ),
      );
      subscriptions.push(...parts.flat());
      forgettable = parts[2] ?? [];
    },
    trouble: async (random) => {
      const cancelled = new AbortController();
      const later = async (ms: number, service: PushService, fault: Fault): Promise<void> => {
        await sleep(ms, undefined, { signal: cancelled.signal }).catch(() => undefined);
        if (!cancelled.signal.aborted) await service.addFault(fault);
      };
      const gone = forgettable.filter(() => random() < GONE_SHARE);
      const endpoints = gone.map(({ endpoint }) => endpoint);
      await Promise.all([
        stalling.addFault({ type: 'stall', where: { share: 0.01 }, firstAttempts: 1 }),
        stalling.addFault({ type: 'answer', status: 503, where: { share: 0.1 }, firstAttempts: 2 }),
        stalling.addFault({ type: 'reset', taken: true, where: { share: 0.002 }, firstAttempts: 1 }),
        forgetting.addFault({ type: 'answer', status: 410, where: { endpoints } }),
      ]);
      const throttle = (): Fault => ({
        type: 'answer',
        status: 429,
        retryAfter: random() < 0.5 ? 'seconds' : 'date',
        forMs: 800 + random() * 1200,
      });
      const begun = [
        later(random() * 500, throttling, throttle()),
        later(2000 + random() * 3000, throttling, throttle()),
        later(random() * 3000, stalling, { type: 'answer', status: 500, forMs: 500 + random() * 1500 }),
      ];
      return {
        gone,
        end: async () => {
          cancelled.abort();
          await Promise.all(begun);
          await Promise.all(all.map((service) => service.clearFaults()));
        },
      };
    },
  };
}
