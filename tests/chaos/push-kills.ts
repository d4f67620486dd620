import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../src/redis/connect.ts';
import type { PushService } from '../support/push-service/start.ts';
import type { Stack } from '../support/stack.ts';

export const VICTIMS = ['workers', 'server', 'Redis', 'workers and Redis', 'everything'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface Kill {
  readonly victim: Victim;
  /** Wait before it, and before what was killed is started again, ms. */
  readonly afterMs: number;
  readonly outageMs: number;
}

export interface Killer {
  /** Kills with SIGKILL, and brings back; resolves when all is there again. */
  kill(kill: Kill): Promise<void>;
  /**
   * For each kill of workers: how many messages had been taken and were not in the ledger when nothing of Ajil ran any
   * more. No more may come twice because of it; and each must have been taken since the last checkpoint that there
   * should have been, which `since` counts, generously.
   */
  readonly doubts: readonly { readonly messages: number; readonly since: number }[];
  close(): Promise<void>;
}

/** What killing has to know of the alert that is being sent. */
export interface Progress {
  /** Subscriptions that a push service has taken the alert for. */
  reached(): Promise<number>;
  /** How many the ledger says have been; asked of Redis itself. */
  accepted(redis: Redis): Promise<number>;
}

/** Epoch ms. */
interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The ledger is written at least so often. */
const CHECKPOINT_MS = 250;
/** A worker that gets no CPU writes it later than the canary below: it has more to do. */
const SLACK_MS = 1000;
/** Workers find out that Redis is back within a second, and then write down what has come since it went. */
const RECONNECT_MS = 1500;
/** What a killed worker had sent may still be in a push service's buffers, ms. */
const DRAIN_MS = 150;

const nowMs = (): number => performance.timeOrigin + performance.now();

export async function createKiller(
  stack: Stack,
  services: readonly PushService[],
  progress: Progress,
): Promise<Killer> {
  const canary = await openCanary(stack.redis.url);
  const doubts: { messages: number; since: number }[] = [];
  const windows: Window[] = [];
  let redisWentAt = Number.NEGATIVE_INFINITY;
  let redisCameAt = Number.NEGATIVE_INFINITY;

  /** While no worker runs, and Redis does. */
  async function doubt(fromMs: number): Promise<void> {
    await sleep(DRAIN_MS);
    windows.push({ fromMs, toMs: nowMs() });
    const [reached, accepted, since] = await Promise.all([
      progress.reached(),
      progress.accepted(canary.redis),
      takenIn(services, merge(windows)),
    ]);
    doubts.push({ messages: Math.max(0, reached - accepted), since });
  }

  return {
    doubts,
    kill: async ({ victim, afterMs, outageMs }) => {
      await sleep(afterMs);
      const workers = victim !== 'server' && victim !== 'Redis';
      const redis = victim !== 'server' && victim !== 'workers';
      const server = victim === 'server' || victim === 'everything';
      const at = nowMs();
      const unwritten = at - redisCameAt < RECONNECT_MS ? redisWentAt : at;
      const fromMs = unwritten - CHECKPOINT_MS - SLACK_MS - 2 * canary.worst();
      await Promise.all([
        workers && stack.kill('worker', 'SIGKILL'),
        redis && stack.redis.kill(),
        server && stack.kill('server', 'SIGKILL'),
      ]);
      await sleep(outageMs);
      if (redis) {
        redisWentAt = at;
        await stack.redis.restart();
        redisCameAt = nowMs();
      }
      if (workers) await doubt(fromMs);
      await Promise.all([workers && stack.restart('worker'), server && stack.restart('server')]);
    },
    close: () => canary.close(),
  };
}

async function takenIn(services: readonly PushService[], windows: readonly Window[]): Promise<number> {
  const counts = await Promise.all(
    windows.flatMap(({ fromMs, toMs }) => services.map((service) => service.takenBetween(fromMs, toMs))),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

const CANARY_EVERY_MS = 50;
const CANARY_REMEMBERS = 40;

/** Does what a checkpoint does, a timer and a write that is synced to disk, and so knows how late one may be now. */
async function openCanary(
  url: string,
): Promise<{ readonly redis: Redis; worst(): number; close(): Promise<void> }> {
  const redis = connectRedis(url, 'worker', createLogger({ level: 'silent', role: 'chaos' }));
  await waitUntilReady(redis);
  const lags: number[] = [];
  let due = performance.now();
  const closing = new AbortController();
  async function sing(): Promise<void> {
    while (!closing.signal.aborted) {
      due = performance.now() + CANARY_EVERY_MS;
      await sleep(CANARY_EVERY_MS);
      await redis.set('canary', 'alive').catch(() => undefined);
      lags.push(performance.now() - due);
      if (lags.length > CANARY_REMEMBERS) lags.shift();
    }
  }
  const done = sing();
  return {
    redis,
    worst: () => Math.max(0, performance.now() - due, ...lags),
    close: async () => {
      closing.abort();
      await done;
      await closeRedis(redis);
    },
  };
}

function merge(windows: readonly Window[]): Window[] {
  const merged: Window[] = [];
  for (const window of [...windows].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last !== undefined && window.fromMs <= last.toMs) {
      merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, window.toMs) };
    } else {
      merged.push(window);
    }
  }
  return merged;
}
