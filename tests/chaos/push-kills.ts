import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../src/redis/connect.ts';
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

/** From when to when (epoch ms) a message could be taken by a push service and its outcome be lost. */
interface Doubt {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Killer {
  /** Kills with SIGKILL, and brings back; resolves when all is there again. */
  kill(kill: Kill): Promise<void>;
  /** How many messages the services took while their outcomes could be lost: no more may come twice. */
  inDoubt(services: readonly PushService[]): Promise<number>;
  close(): Promise<void>;
}

/** The ledger is written at least so often; what was answered since is sent again. */
const CHECKPOINT_MS = 250;
/** A checkpoint's timer, its encoding and the script have some time even where nothing else happens. */
const SLACK_MS = 150;
/** Workers find out that Redis is back within a second, and then write down what has come since it went. */
const RECONNECT_MS = 1500;

/** What a killed worker had sent may still be in a push service's buffers, and no new worker starts as fast, ms. */
const BOOT_MS = 250;

const nowMs = (): number => performance.timeOrigin + performance.now();

export async function createKiller(stack: Stack): Promise<Killer> {
  const canary = await openCanary(stack.redis.url);
  const doubts: Doubt[] = [];
  let redisWentAt = Number.NEGATIVE_INFINITY;
  let redisCameAt = Number.NEGATIVE_INFINITY;

  async function kill({ victim, afterMs, outageMs }: Kill): Promise<void> {
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
    if (workers) doubts.push({ fromMs, toMs: nowMs() + BOOT_MS });
    await Promise.all([workers && stack.restart('worker'), server && stack.restart('server')]);
  }

  return {
    kill,
    inDoubt: async (services) => {
      const counts = await Promise.all(
        merge(doubts).flatMap(({ fromMs, toMs }) =>
          services.map((service) => service.takenBetween(fromMs, toMs)),
        ),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    close: () => canary.close(),
  };
}

const CANARY_EVERY_MS = 50;
const CANARY_REMEMBERS = 40;

/** Does what a checkpoint does, a timer and a write that is synced to disk, and so knows how late one may be now. */
async function openCanary(url: string): Promise<{ worst(): number; close(): Promise<void> }> {
  const redis = connectRedis(url, 'worker', createLogger({ level: 'silent', role: 'chaos' }));
  await waitUntilReady(redis);
  const lags: number[] = [];
  let due = performance.now();
  let closed = false;
  async function sing(): Promise<void> {
    while (!closed) {
      due = performance.now() + CANARY_EVERY_MS;
      await sleep(CANARY_EVERY_MS);
      await redis.set('canary', 'alive').catch(() => undefined);
      lags.push(performance.now() - due);
      if (lags.length > CANARY_REMEMBERS) lags.shift();
    }
  }
  const done = sing();
  return {
    worst: () => Math.max(0, performance.now() - due, ...lags),
    close: async () => {
      closed = true;
      await done;
      await closeRedis(redis);
    },
  };
}

function merge(doubts: readonly Doubt[]): Doubt[] {
  const merged: Doubt[] = [];
  for (const doubt of [...doubts].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last !== undefined && doubt.fromMs <= last.toMs) {
      merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, doubt.toMs) };
    } else {
      merged.push(doubt);
    }
  }
  return merged;
}
