import { Gauge } from 'prom-client';
import type { Metrics } from '../../ops/metrics.ts';
import { openTimeTallies } from '../../ops/tally.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys, QUEUE_PREFIX } from '../../redis/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { QUEUE_NAMES } from '../queues.ts';
import type { ReportStore } from './report.ts';

/** Pending deliveries are counted of so many unfinished versions, the newest. */
const MOST_VERSIONS = 50;
/** All the gauges of one scrape come from one look. */
const KEEP_MS = 1000;
/** As BullMQ keeps them: lists and sorted sets. */
const STATES = { wait: 'llen', active: 'llen', prioritized: 'zcard', delayed: 'zcard' } as const;

interface Look {
  readonly outbox: number;
  readonly oldestSeconds: number;
  readonly pending: number;
  readonly subscriptions: Readonly<Record<string, number>>;
  readonly armed: number;
  readonly jobs: readonly (readonly [queue: string, state: string, count: number])[];
}

/** Metrics of the whole service. Every server reports the same values: use the maximum, not the sum. */
export function tellService(deps: {
  redis: Redis;
  metrics: Metrics;
  reports: Pick<ReportStore, 'get'>;
  /** By standing. */
  countSubscriptions: () => Promise<Readonly<Record<string, number>>>;
  /** Whose next message needs no key exchange any more. */
  countArmed: () => Promise<number>;
  now: () => number;
}): void {
  const { redis, now } = deps;
  let kept: { readonly at: number; readonly look: Promise<Look | undefined> } | undefined;

  async function look(): Promise<Look> {
    const [outbox, [, oldest], newest, subscriptions, armed, jobs] = await Promise.all([
      redis.zcard(keys.outbox),
      redis.zrangebyscore(keys.outbox, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1),
      redis.zrevrangebyscore(keys.outbox, '+inf', '-inf', 'LIMIT', 0, MOST_VERSIONS),
      deps.countSubscriptions(),
      deps.countArmed(),
      countJobs(redis),
    ]);
    const reports = await Promise.all(
      newest.map((entry) => {
        const [id = '', version] = entry.split(':');
        return deps.reports.get(id, Number(version));
      }),
    );
    return {
      outbox,
      oldestSeconds: oldest === undefined ? 0 : Math.max(0, (now() - Number(oldest)) / 1000),
      pending: reports.reduce((sum, report) => sum + (report?.outcomes.pending ?? 0), 0),
      subscriptions,
      armed,
      jobs,
    };
  }
  const looked = (): Promise<Look | undefined> => {
    const at = performance.now();
    // While Redis is away these are unknown, and a scrape shows the rest.
    if (kept === undefined || at - kept.at >= KEEP_MS) kept = { at, look: look().catch(() => undefined) };
    return kept.look;
  };
  const gauge = (name: string, help: string, read: (look: Look) => number): void => {
    deps.metrics.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        async collect() {
          const found = await looked();
          this.set(found === undefined ? NaN : read(found));
        },
      }),
    );
  };
  gauge('ajil_outbox_versions', 'Accepted versions that are not finished', ({ outbox }) => outbox);
  gauge(
    'ajil_outbox_oldest_seconds',
    'Age of the oldest unfinished version',
    ({ oldestSeconds }) => oldestSeconds,
  );
  gauge(
    'ajil_deliveries_pending',
    'Deliveries of unfinished versions that have no outcome yet',
    ({ pending }) => pending,
  );
  gauge(
    'ajil_subscriptions_armed',
    'Subscriptions whose next message needs no key exchange any more',
    ({ armed }) => armed,
  );
  deps.metrics.registerMetric(
    new Gauge({
      name: 'ajil_subscriptions',
      help: 'Stored subscriptions, by standing: unproven until their push service accepts a message',
      labelNames: ['standing'],
      registers: [],
      async collect() {
        this.reset();
        const counts = (await looked())?.subscriptions ?? {};
        for (const [standing, count] of Object.entries(counts)) this.set({ standing }, count);
      },
    }),
  );
  deps.metrics.registerMetric(
    new Gauge({
      name: 'ajil_queue_jobs',
      help: 'Jobs by queue and state',
      labelNames: ['queue', 'state'],
      registers: [],
      async collect() {
        this.reset();
        for (const [queue, state, count] of (await looked())?.jobs ?? []) this.set({ queue, state }, count);
      },
    }),
  );
}

async function countJobs(redis: Redis): Promise<Look['jobs']> {
  const wanted = QUEUE_NAMES.flatMap((queue) =>
    Object.entries(STATES).map(([state, command]) => ({ queue, state, command })),
  );
  const pipeline = redis.pipeline();
  for (const { queue, state, command } of wanted) pipeline[command](`${QUEUE_PREFIX}:${queue}:${state}`);
  const answers = (await pipeline.exec()) ?? [];
  return wanted.map(({ queue, state }, index) => [queue, state, Number(answers[index]?.[1] ?? 0)] as const);
}

/** The ledger, which also tells how long deliveries took from their acceptance to the push service's yes. */
export function timeDeliveries(ledger: Ledger, metrics: Metrics): Ledger {
  const seconds = openTimeTallies({
    name: 'ajil_delivery_seconds',
    help: 'Time from the acceptance of a version to its acceptance by the push service, per delivery',
    buckets: [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600],
    metrics,
  })({});
  return {
    ...ledger,
    checkpoint: async (version, checkpoint, keepSeconds) => {
      const progress = await ledger.checkpoint(version, checkpoint, keepSeconds);
      for (const { outcome, ms } of checkpoint.settled ?? []) {
        if (outcome === 'accepted') seconds.observe(ms / 1000);
      }
      return progress;
    },
  };
}
