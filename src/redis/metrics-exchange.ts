import { randomUUID } from 'node:crypto';
import { AggregatorRegistry } from 'prom-client';
import { z } from 'zod';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Redis } from './connect.ts';
import { keys } from './keys.ts';
import { presentNames } from './presence.ts';

/** An answer leaves out a process that is busy or has just died. */
const PATIENCE_MS = 1000;

const question = z.object({ answerTo: z.string(), id: z.string() });
const answer = z.object({ id: z.string(), metrics: z.array(z.looseObject({})) });

/**
 * Collects the metrics of all processes in the server that is asked for them. Nothing is stored, because Redis writes
 * no channel to disk.
 */
export interface MetricsExchange {
  /** The metrics of all processes as Prometheus text. The label `process` tells them apart. */
  all(): Promise<string>;
  close(): Promise<void>;
}

/**
 * @param deps.name unique among all processes
 * @param deps.subscriber a connection for the exchange alone, which closes it
 */
export async function openMetricsExchange(deps: {
  redis: Redis;
  subscriber: Redis;
  name: string;
  metrics: Metrics;
  logger: Logger;
}): Promise<MetricsExchange> {
  const { redis, subscriber, metrics, logger } = deps;
  const answers = keys.metricsAnswers(deps.name);
  const waiting = new Map<string, (metrics: object[]) => void>();

  async function reply(text: string): Promise<void> {
    const { answerTo, id } = question.parse(JSON.parse(text));
    if (answerTo === answers) return;
    await redis.publish(answerTo, JSON.stringify({ id, metrics: await metrics.getMetricsAsJSON() }));
  }
  function take(text: string): void {
    const { id, metrics: told } = answer.parse(JSON.parse(text));
    waiting.get(id)?.(told);
  }
  subscriber.on('message', (channel: string, text: string) => {
    const handled = channel === answers ? Promise.resolve(text).then(take) : reply(text);
    handled.catch((error: unknown) =>
      logger.debug({ err: error }, 'could not exchange metrics with the other processes'),
    );
  });
  await subscriber.subscribe(keys.metricsAsked, answers);

  /** The metrics of the other processes. While Redis is away there are none, and this process's own are still shown. */
  async function ofOthers(): Promise<object[][]> {
    const others = (await presentNames(redis)).length - 1;
    if (others < 1) return [];
    const id = randomUUID();
    const told: object[][] = [];
    return await new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(told);
      };
      const timer = setTimeout(finish, PATIENCE_MS);
      waiting.set(id, (one) => {
        told.push(one);
        if (told.length >= others) finish();
      });
      redis.publish(keys.metricsAsked, JSON.stringify({ answerTo: answers, id })).catch((error: unknown) => {
        clearTimeout(timer);
        waiting.delete(id);
        reject(error);
      });
    });
  }

  return {
    all: async () => {
      const others = await ofOthers().catch(() => []);
      return AggregatorRegistry.aggregate([await metrics.getMetricsAsJSON(), ...others]).metrics();
    },
    close: async () => {
      subscriber.disconnect();
    },
  };
}
