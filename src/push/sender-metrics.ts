import { Gauge } from 'prom-client';
import type { Metrics } from '../ops/metrics.ts';
import { openTallies, openTimeTallies } from '../ops/tally.ts';
import type { Provider } from './endpoint/endpoint-policy.ts';
import type { PushAnswer } from './types.ts';

/** The values of a lane when the metrics are read. */
export interface LaneGauges {
  readonly provider: Provider;
  readonly inFlight: number;
  readonly waiting: number;
  readonly limit: number;
  readonly circuitOpen: boolean;
  /** Messages a minute that the push service allows; undefined: any number. */
  readonly perMinute: number | undefined;
  /** The host fits a pattern: strangers can make up any number of such lanes. */
  readonly regional: boolean;
  /** The lane serves subscriptions that were never accepted. Strangers can make up any number of these as well. */
  readonly unproven: boolean;
  /** All answers of the push service, whatever they say. */
  readonly answered: number;
}

export interface SenderMetrics {
  /** @param latencyMs undefined if nothing was sent */
  answered(
    lane: Pick<LaneGauges, 'provider' | 'unproven'>,
    answer: PushAnswer,
    latencyMs: number | undefined,
  ): void;
}

/** Registers the sender's metrics. Each read of a gauge sums it over the origins of a provider. */
export function createSenderMetrics(metrics: Metrics, lanes: () => Iterable<LaneGauges>): SenderMetrics {
  const attempts = openTallies({
    name: 'ajil_push_attempts_total',
    help: 'Push messages, by provider and outcome of the attempt',
    labelNames: ['provider', 'outcome'],
    metrics,
  });
  const unprovenAttempts = openTallies({
    name: 'ajil_push_unproven_attempts_total',
    help: 'Push messages to unproven subscriptions, by provider and outcome of the attempt',
    labelNames: ['provider', 'outcome'],
    metrics,
  });
  const latency = openTimeTallies<'provider'>({
    name: 'ajil_push_latency_seconds',
    help: 'Time from the start of an attempt to its answer',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    metrics,
  });

  function gauge(name: string, help: string, valueOf: (lane: LaneGauges) => number): void {
    const instance: Gauge<'provider'> = new Gauge({
      name,
      help,
      labelNames: ['provider'] as const,
      registers: [metrics],
      collect: () => {
        instance.reset();
        for (const lane of lanes()) instance.inc({ provider: lane.provider }, valueOf(lane));
      },
    });
  }
  gauge('ajil_push_in_flight', 'Push messages sent but not yet answered', (lane) => lane.inFlight);
  gauge('ajil_push_waiting', 'Push messages waiting to be sent', (lane) => lane.waiting);
  gauge('ajil_push_concurrency_limit', 'Maximum number of push messages in flight', (lane) => lane.limit);
  gauge(
    'ajil_push_paced_per_minute',
    'Messages a minute that push services allow, where they refuse more; 0 where they do not',
    (lane) => lane.perMinute ?? 0,
  );
  gauge('ajil_push_circuits_open', 'Origins to which Ajil currently sends nothing', (lane) =>
    lane.circuitOpen && !isMadeUp(lane) ? 1 : 0,
  );

  const counted = memoize((provider, outcome) => attempts({ provider, outcome }));
  const countedUnproven = memoize((provider, outcome) => unprovenAttempts({ provider, outcome }));
  const timed = memoize((provider) => latency({ provider }));
  return {
    answered({ provider, unproven }, answer, latencyMs) {
      const outcome = answer.type === 'retry' ? answer.reason : answer.type;
      (unproven ? countedUnproven : counted)(provider, outcome).count += 1;
      if (latencyMs !== undefined && !unproven) timed(provider).observe(latencyMs / 1000);
    },
  };
}

/** Makes what it answers once for each provider and outcome, of which there are few. */
function memoize<T>(
  make: (provider: Provider, outcome: string) => T,
): (provider: Provider, outcome?: string) => T {
  const known = new Map<Provider, Map<string, T>>();
  return (provider, outcome = '') => {
    let ofProvider = known.get(provider);
    if (ofProvider === undefined) known.set(provider, (ofProvider = new Map()));
    let one = ofProvider.get(outcome);
    if (one === undefined) ofProvider.set(outcome, (one = make(provider, outcome)));
    return one;
  };
}

/** A stranger may have made up the lane, so its circuit must wake no operator. */
const isMadeUp = (lane: LaneGauges): boolean => lane.unproven || (lane.regional && lane.answered === 0);
