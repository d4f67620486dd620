import { Counter } from 'prom-client';
import type { Outbox } from '../src/alerts/outbox.ts';
import type { Keyings } from '../src/audience/keyings.ts';
import type { Selection } from '../src/audience/selection.ts';
import { SHARDS } from '../src/audience/shard.ts';
import type { Channels } from '../src/channels/channels.ts';
import { startArmer } from '../src/delivery/arming/armer.ts';
import type { Logger } from '../src/ops/logger.ts';
import type { Metrics } from '../src/ops/metrics.ts';
import type { Redis } from '../src/redis/connect.ts';
import { keys } from '../src/redis/keys.ts';
import { createMemoryWatch } from '../src/redis/memory.ts';

/** Longer than a page takes. */
const TURN_MS = 5000;

/** Arms subscriptions in idle time; where arming is off, removes what was made before. */
export function openArming(deps: {
  redis: Redis;
  name: string;
  enabled: boolean;
  /** A channel of this process can. */
  canArm: boolean;
  keyings: Keyings;
  selection: Pick<Selection, 'read'>;
  channels: Channels;
  outbox: Pick<Outbox, 'newestAt'>;
  isBusy: () => boolean;
  metrics: Metrics;
  logger: Logger;
  now: () => number;
}): { close(): Promise<void> } {
  const { redis, name, keyings } = deps;
  const made = new Counter({
    name: 'ajil_keyings_made_total',
    help: 'Keyings made in idle time: each saves a message the cost of its key exchange',
    registers: [deps.metrics],
  });

  async function claim(shard: number): Promise<boolean> {
    const turn = keys.shard(shard, 'arming');
    if ((await redis.set(turn, name, 'PX', TURN_MS, 'NX')) === 'OK') return true;
    if ((await redis.get(turn)) !== name) return false;
    return (await redis.pexpire(turn, TURN_MS)) === 1;
  }

  async function clear(): Promise<void> {
    for (let shard = 0; shard < SHARDS; shard++) await keyings.clear(shard);
  }

  if (!deps.enabled) {
    const clearing = clear().catch((error: unknown) =>
      deps.logger.warn({ err: error }, 'keyings of before could not be removed; nothing uses them'),
    );
    return { close: () => clearing };
  }
  if (!deps.canArm) return { close: () => Promise.resolve() };
  const memory = createMemoryWatch({ redis, now: deps.now });
  return startArmer({ ...deps, claim, hasRoom: () => memory.hasRoom(), onMade: (count) => made.inc(count) });
}
