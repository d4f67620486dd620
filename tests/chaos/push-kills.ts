import { setTimeout as sleep } from 'node:timers/promises';
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
}

/** The ledger is written at least so often; what was answered since is sent again. */
const CHECKPOINT_MS = 250;
/** Timers, writing and dying take their time on a busy machine. */
const SLACK_MS = 400;
/** Workers find out that Redis is back within a second, and then write down what has come since it went. */
const RECONNECT_MS = 1500;

const nowMs = (): number => performance.timeOrigin + performance.now();

export function createKiller(stack: Stack): Killer {
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
    await Promise.all([
      workers && stack.kill('worker', 'SIGKILL'),
      redis && stack.redis.kill(),
      server && stack.kill('server', 'SIGKILL'),
    ]);
    if (workers) doubts.push({ fromMs: unwritten - CHECKPOINT_MS - SLACK_MS, toMs: nowMs() + SLACK_MS });
    await sleep(outageMs);
    if (redis) {
      redisWentAt = at;
      await stack.redis.restart();
      redisCameAt = nowMs();
    }
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
