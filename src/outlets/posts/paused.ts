import { Gauge } from 'prom-client';
import { z } from 'zod';
import type { ReadableHash } from '../../editors/audited-hash.ts';
import type { Metrics } from '../../ops/metrics.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import type { Outlet } from './outlet.ts';

/** Why an outlet is paused: its service refuses it, and an admin must act. */
export const pausedSchema = z.object({
  code: z.string(),
  reason: z.string(),
  /** What the service says itself. */
  detail: z.string().optional(),
  /** RFC 3339 */
  since: z.string(),
});
export type Paused = z.infer<typeof pausedSchema>;

export interface PausedOutlets {
  all(): Promise<ReadonlyMap<string, Paused>>;
  get(id: string): Promise<Paused | undefined>;
  add(id: string, paused: Paused): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createPausedOutlets(redis: Redis): PausedOutlets {
  const read = (text: string): Paused => pausedSchema.parse(JSON.parse(text));
  return {
    all: async () =>
      new Map(
        Object.entries(await redis.hgetall(keys.outletsPaused)).map(
          ([id, text]) => [id, read(text)] as const,
        ),
      ),
    get: async (id) => {
      const stored = await redis.hget(keys.outletsPaused, id);
      return stored === null ? undefined : read(stored);
    },
    add: async (id, paused) => {
      // The first reason is the one to mend.
      await redis.hsetnx(keys.outletsPaused, id, JSON.stringify(paused));
    },
    remove: async (id) => {
      await redis.hdel(keys.outletsPaused, id);
    },
  };
}

/** Every server reports the same values: use the maximum, not the sum. */
export function tellPaused(
  metrics: Metrics,
  deps: { readonly outlets: ReadableHash<Outlet>; readonly paused: Pick<PausedOutlets, 'all'> },
): void {
  metrics.registerMetric(
    new Gauge({
      name: 'ajil_outlet_paused',
      help: '1: the outlet is paused, because its service refuses it',
      labelNames: ['outlet', 'type'] as const,
      registers: [],
      async collect() {
        this.reset();
        // While Redis is away these are unknown, and a scrape shows the rest.
        const [all, paused] = await Promise.all([deps.outlets.all(), deps.paused.all()]).catch(
          () => [[], new Map<string, Paused>()] as const,
        );
        for (const [id, { type, enabled }] of all) {
          this.set({ outlet: id, type }, enabled && paused.has(id) ? 1 : 0);
        }
      },
    }),
  );
}
