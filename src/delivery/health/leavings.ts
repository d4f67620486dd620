import { versionName } from '../queues.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { dayOf, KEPT_SECONDS } from './days.ts';

/** `left`: by the reader, on a page; `gone`: the push service says so, when the next alert is sent. */
export type Leaving = 'left' | 'gone';

/** For how long after an alert a leaving is put down to it, ms. One that is `gone` is found with the next alert alone. */
const AFTER_MS: Readonly<Record<Leaving, number>> = { left: 6 * 3_600_000, gone: 24 * 3_600_000 };
/** Of the last alerts: more than these in that time, and the earlier ones are not looked at. */
const MOST_ALERTS = 20;
/** A push service may say of thousands in a second that they are gone. */
const KEPT_MS = 5000;

/**
 * Counts readers who leave: by day, and by the newest alert whose audience they were in. Nothing is kept about anybody: the
 * script that erases a subscription says which of the audiences it was in.
 */
export interface Leavings {
  /** Names of the frozen audiences that a leaving may follow, the newest first. @param found id of the alert that found it */
  audiences(kind: Leaving, found?: string): Promise<readonly string[]>;
  /** Never rejects: a count that is lost is only too low. @param audience that the reader was in */
  count(kind: Leaving, audience: string | undefined): Promise<void>;
  /** A new subscription. Never rejects. */
  countOptIn(): Promise<void>;
}

interface Recent {
  readonly id: string;
  readonly name: string;
  readonly publishedMs: number;
}

/** @param deps.now milliseconds since the epoch */
export function createLeavings(deps: {
  readonly redis: Redis;
  readonly alerts: Pick<AlertStore, 'list' | 'get'>;
  readonly now: () => number;
}): Leavings {
  const { redis, now } = deps;
  let known: { readonly at: number; readonly recent: Promise<readonly Recent[]> } | undefined;

  async function read(): Promise<readonly Recent[]> {
    const { alerts } = await deps.alerts.list({
      view: 'published',
      topics: [],
      from: now() - AFTER_MS.gone,
      limit: MOST_ALERTS,
    });
    const first = await Promise.all(alerts.map(({ id }) => deps.alerts.get(id, 1)));
    return first
      .flatMap((alert) => alert ?? [])
      .map(({ id, publishedAt, createdAt }) => ({
        id,
        name: versionName({ alertId: id, version: 1 }),
        publishedMs: Date.parse(publishedAt ?? createdAt),
      }));
  }

  function recent(): Promise<readonly Recent[]> {
    if (known === undefined || now() - known.at >= KEPT_MS) {
      const asked = read();
      known = { at: now(), recent: asked };
      asked.catch(() => (known = undefined));
    }
    return known.recent;
  }

  async function add(key: string, field: string): Promise<void> {
    try {
      await redis.multi().hincrby(key, field, 1).expire(key, KEPT_SECONDS).exec();
    } catch {
      // As above.
    }
  }

  return {
    audiences: async (kind, found) => {
      try {
        const since = now() - AFTER_MS[kind];
        const all = await recent();
        return all
          .filter(({ id, publishedMs }) => id !== found && publishedMs >= since)
          .map(({ name }) => name);
      } catch {
        return [];
      }
    },
    count: async (kind, audience) => {
      await add(keys.healthDay(dayOf(now())), kind);
      const after = (await recent().catch(() => [])).find(({ name }) => name === audience);
      if (after === undefined) return;
      await add(keys.healthAlerts(dayOf(after.publishedMs)), `${after.id}:${kind}`);
    },
    countOptIn: () => add(keys.healthDay(dayOf(now())), 'optIns'),
  };
}
