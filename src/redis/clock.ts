import { Gauge } from 'prom-client';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Redis } from './connect.ts';
import { keys } from './keys.ts';
import { runScript } from './script.ts';
import { READ_TIME } from './scripts/read-time.ts';

const EVERY_MS = 1000;
/**
 * From this skew on, the log and `/readyz` report it. Presence and expiry are not affected; the log's times and
 * BullMQ's delays are.
 */
const SKEW_MS = 2000;

/** The clock of Redis, which all machines share. */
export interface Clock {
  /** Milliseconds since the epoch. A jump of this machine's clock does not change it. */
  readonly now: () => number;
  /** How far this machine's clock is ahead, in milliseconds. */
  skewMs(): number;
  /** The text for `/readyz`. */
  check(): string;
  close(): void;
}

/** Resolves once Redis has told its time. */
export async function openClock(deps: {
  redis: Redis;
  metrics: Metrics;
  logger: Logger;
  /** This machine's wall clock and its monotonic clock, both in milliseconds. */
  wall?: () => number;
  steady?: () => number;
}): Promise<Clock> {
  const { redis, metrics, logger, wall = Date.now, steady = () => performance.now() } = deps;
  let offset = NaN;
  let roundTripMs = 0;
  let told = false;

  async function look(): Promise<void> {
    const asked = steady();
    const [seconds, micros] = await runScript(redis, READ_TIME, [keys.presence], []);
    roundTripMs = steady() - asked;
    const fresh = seconds * 1000 + micros / 1000 - (asked + roundTripMs / 2);
    // Redis read its clock at some time within the round trip, so a smaller difference means nothing.
    if (!(Math.abs(fresh - offset) <= roundTripMs / 2)) offset = fresh;
    const isSkewed = Math.abs(skewMs()) >= SKEW_MS;
    if (isSkewed && !told) {
      logger.error(
        { skewMs: Math.round(skewMs()) },
        'the clock of this machine differs from that of Redis: set up NTP',
      );
    }
    told = isSkewed;
  }
  const now = (): number => Math.round(steady() + offset);
  const skewMs = (): number => wall() - (steady() + offset);

  await look();
  const timer = setInterval(() => {
    look().catch((error: unknown) => logger.debug({ err: error }, 'could not read the time of Redis'));
  }, EVERY_MS);
  timer.unref();
  metrics.registerMetric(
    new Gauge({
      name: 'ajil_clock_skew_seconds',
      help: "How far this machine's clock is ahead of Redis's clock",
      registers: [],
      collect() {
        this.set(skewMs() / 1000);
      },
    }),
  );
  metrics.registerMetric(
    new Gauge({
      name: 'ajil_redis_round_trip_seconds',
      help: 'Round-trip time of the latest query to Redis',
      registers: [],
      collect() {
        this.set(roundTripMs / 1000);
      },
    }),
  );
  return {
    now,
    skewMs,
    check: () =>
      Math.abs(skewMs()) < SKEW_MS
        ? 'in step'
        : `${(skewMs() / 1000).toFixed(1)} s off that of Redis: set up NTP on this machine and on Redis's`,
    close: () => clearInterval(timer),
  };
}
