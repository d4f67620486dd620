import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Outbox } from '../../alerts/outbox.ts';
import type { Keyings, Unarmed } from '../../audience/keyings.ts';
import { byPage, type PagePart } from '../../audience/pages.ts';
import type { Member, Selection } from '../../audience/selection.ts';
import { SHARDS } from '../../audience/shard.ts';
import type { Channels } from '../../channels/channels.ts';
import type { Logger } from '../../ops/logger.ts';
import { isRedisAway } from '../../redis/is-redis-away.ts';
import { groupBy } from '../group-by.ts';

/** Subscriptions that are armed in one turn of the event loop: about a millisecond. */
const AT_ONCE = 16;
/** How often a process that must wait looks whether it may go on, ms. */
const LOOK_MS = 50;
/** How long after its acceptance an unfinished version stops all arming, also in processes that do not send it, ms. */
const FRESH_MS = 30_000;
/** A shard in which nothing was left to do is looked at again when its numbers change, and after this time, ms. */
const STALE_MS = 600_000;

export interface ArmerDeps {
  readonly keyings: Keyings;
  readonly selection: Pick<Selection, 'read'>;
  readonly channels: Pick<Channels, 'of'>;
  readonly outbox: Pick<Outbox, 'newestAt'>;
  /** This process sends, or makes batches. */
  readonly isBusy: () => boolean;
  /** Gives a shard to one process at a time, for seconds. */
  readonly claim: (shard: number) => Promise<boolean>;
  /** Redis has room for more. */
  readonly hasRoom: () => Promise<boolean>;
  readonly onMade: (count: number) => void;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Time between two looks at all shards, ms. */
  readonly everyMs?: number;
}

/**
 * Arms subscriptions while there is nothing else to do, on all processes that have workers:
 *
 *     rest ── every 5 s ──► look at a shard ─┬─ all are armed, another process has it, Redis is full ─► next shard
 *                                            └─ make the keyings of a page, store them, rest as long ─► next page
 *
 * Before each turn of making, and before each page, it waits while this process sends, or while an alert is fresh. What was
 * made and not stored is lost, and so is what was stored after other keyings of the shard were taken: it is made again.
 */
export function startArmer(deps: ArmerDeps): { close(): Promise<void> } {
  const { keyings, now, logger, everyMs = 5000 } = deps;
  /** By shard: what its numbers were when nothing was left to do, and until when that counts. */
  const done = new Map<number, { readonly state: string; readonly until: number }>();
  const first = Math.floor(Math.random() * SHARDS);
  const closing = new AbortController();
  const { signal } = closing;

  /** @returns false when the armer closes */
  async function mayGoOn(): Promise<boolean> {
    while (!signal.aborted) {
      if (!deps.isBusy() && now() - (await deps.outbox.newestAt()) >= FRESH_MS) return true;
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  async function make(members: readonly Member[]): Promise<Map<number, Buffer | undefined>> {
    const made = new Map<number, Buffer | undefined>();
    for (const [channel, all] of groupBy(members, ({ address }) => deps.channels.of(address))) {
      for (let at = 0; at < all.length; at += AT_ONCE) {
        while (deps.isBusy() && !signal.aborted) await sleep(LOOK_MS);
        const some = all.slice(at, at + AT_ONCE);
        const keyingsOf = channel.arm?.(some.map(({ address }) => address)) ?? [];
        some.forEach(({ slot }, index) => made.set(slot, keyingsOf[index]));
        await turn();
      }
    }
    return made;
  }

  async function armPage(shard: number, { generation }: Unarmed, { slots }: PagePart): Promise<boolean> {
    const began = performance.now();
    const { members } = await deps.selection.read(shard, slots);
    const made = await make(members);
    const rising = [...made].sort(([a], [b]) => a - b);
    const stored = rising.length === 0 || (await keyings.put(shard, generation, rising));
    if (stored) deps.onMade([...made.values()].filter((keying) => keying !== undefined).length);
    // Half of the time is left to whatever else the machine does.
    await sleep(performance.now() - began, undefined, { signal }).catch(() => undefined);
    return stored;
  }

  async function armShard(shard: number): Promise<void> {
    const state = await keyings.state(shard);
    const known = done.get(shard);
    if (known?.state === state && now() < known.until) return;
    if (!(await deps.claim(shard)) || !(await deps.hasRoom())) return;
    const unarmed = await keyings.unarmed(shard);
    for (const part of byPage(unarmed.slots)) {
      if (!(await mayGoOn()) || !(await deps.claim(shard))) return;
      if (!(await armPage(shard, unarmed, part))) return;
    }
    done.set(shard, { state, until: now() + STALE_MS });
  }

  async function work(): Promise<void> {
    while (!signal.aborted) {
      try {
        for (let index = 0; index < SHARDS && !signal.aborted; index++) {
          await armShard((first + index) % SHARDS);
        }
      } catch (error) {
        if (!isRedisAway(error)) logger.error({ err: error }, 'arming failed; it will be tried again');
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const working = work();
  return {
    close: async () => {
      closing.abort();
      await working;
    },
  };
}
