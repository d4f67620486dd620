import { Counter } from 'prom-client';
import { newAlertId } from '../../alerts/id.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Metrics } from '../../ops/metrics.ts';
import type { Redis } from '../../redis/connect.ts';
import { isRedisAway } from '../../redis/is-redis-away.ts';
import { keys } from '../../redis/keys.ts';
import { FAILURES_TO_TELL, type CanaryStateStore, type Way, type WayResult } from './state.ts';

/** A run that has not come through after this time has failed, ms; in less, where runs are more frequent. */
const MOST_MS = 20_000;
/** Share of the interval that a turn lasts: the timer that finds the next run due may fire a little early. */
const TURN_SHARE = 0.9;
/** And that a run may take: it ends before the turn. */
const RUN_SHARE = 0.7;

/** Sends a run on its way. Undefined: it cannot be told now, and counts as nothing. */
export type RunWay = (run: string, at: number, deadline: AbortSignal) => Promise<WayResult | undefined>;

/**
 * Runs the canary every `seconds`, in all server processes together: of those that find it due, one has the turn. A run that
 * overlaps the next is impossible, because its deadline comes before the turn ends.
 */
export function openCanary(deps: {
  readonly redis: Redis;
  readonly name: string;
  readonly seconds: number;
  readonly ways: Readonly<Record<Way, RunWay>>;
  readonly state: CanaryStateStore;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): { close(): Promise<void> } {
  const { redis, logger, now } = deps;
  const everyMs = deps.seconds * 1000;
  const closing = new AbortController();
  const runs = new Counter({
    name: 'ajil_canary_runs_total',
    help: 'Runs of the canary that this process began, by way and outcome: through, failed',
    labelNames: ['way', 'outcome'] as const,
    registers: [deps.metrics],
  });

  async function takeTurn(): Promise<void> {
    const askedAt = performance.now();
    const turn = await redis.set(keys.canaryTurn, deps.name, 'PX', Math.round(everyMs * TURN_SHARE), 'NX');
    if (turn !== 'OK') return;
    // The turn may have begun when it was asked for: a late answer leaves less time for the run.
    const deadlineMs = Math.min(MOST_MS, everyMs * RUN_SHARE - (performance.now() - askedAt));
    if (deadlineMs <= 0) return;
    const at = now();
    const run = newAlertId(at);
    await Promise.all((['push', 'socket'] as const).map((way) => runWay(way, run, at, deadlineMs)));
  }

  async function runWay(way: Way, run: string, at: number, deadlineMs: number): Promise<void> {
    const deadline = AbortSignal.any([AbortSignal.timeout(Math.ceil(deadlineMs)), closing.signal]);
    const result = await deps.ways[way](run, at, deadline).catch((error: unknown) => ({
      fault: error instanceof Error ? error.message : String(error),
    }));
    if (result === undefined || closing.signal.aborted) return;
    const before = (await deps.state.read()).ways[way].failuresInARow;
    const failures = await deps.state.note(at, way, result);
    runs.inc({ way, outcome: failures === 0 ? 'through' : 'failed' });
    if ('fault' in result) {
      const line = { way, run, fault: result.fault, failuresInARow: failures };
      if (failures === FAILURES_TO_TELL) logger.error(line, 'the canary failed three times in a row');
      else logger.warn(line, 'the canary failed');
    } else if (before >= FAILURES_TO_TELL) {
      logger.info({ way, run, ms: result.ms }, 'the canary comes through again');
    }
  }

  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= takeTurn()
      .catch((error: unknown) => {
        // Its connection has said so already.
        if (!isRedisAway(error)) logger.error({ err: error }, 'the canary could not be sent');
      })
      .finally(() => (running = undefined));
  }, everyMs / 4);
  return {
    close: async () => {
      clearInterval(timer);
      closing.abort();
      await running;
    },
  };
}
