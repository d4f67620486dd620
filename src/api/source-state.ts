import { z } from 'zod';
import type { Heard } from '../intake/arrivals.ts';
import type { FeedStates } from '../intake/feeds/feed-state.ts';
import type { Subscriber } from '../intake/feeds/websub/subscriber.ts';
import { silentSince } from '../intake/silence.ts';
import { feedSettingsOf, type Source } from '../intake/source.ts';

const time = z.string().nullable();

export const sourceStateSchema = z.strictObject({
  heardAt: time.describe('When something came last'),
  silentSince: time.describe('Nothing has come for longer than `silentMinutes`; null: it has'),
  feed: z
    .strictObject({
      answeredAt: time.describe('The last answer of the feed’s server'),
      nextAt: time.describe('When we look next; null: never'),
      fault: z.string().nullable().describe('Why the last look failed'),
      isGone: z.boolean().describe('410: nobody looks until the source is saved again'),
      movedTo: z.string().nullable().describe('The new address (301), which counts'),
      hub: z
        .strictObject({
          url: z.string(),
          until: time.describe('Until then it sends what is new; null: it has not agreed'),
          fault: z.string().nullable().describe('Why it was not asked, or said no'),
        })
        .nullable()
        .describe('The feed’s hub (WebSub), once a look has found it'),
    })
    .nullable(),
});
type SourceState = z.infer<typeof sourceStateSchema>;

/** How a source does: whether it is heard, how its feed answers, and what the feed's hub does. */
export function createSourceState(deps: {
  readonly feeds: Pick<FeedStates, 'standing'>;
  readonly subscriber: Pick<Subscriber, 'standing'>;
  readonly now: () => number;
}): (source: Source, heard: Heard | undefined) => Promise<SourceState> {
  async function hubOf(id: string): Promise<NonNullable<SourceState['feed']>['hub']> {
    const known = await deps.subscriber.standing(id);
    return known === undefined ? null : { url: known.hub, until: timeAt(known.until), fault: known.fault };
  }

  async function feedOf(source: Source): Promise<SourceState['feed']> {
    const settings = feedSettingsOf(source);
    if (settings === undefined) return null;
    const known = await deps.feeds.standing(source.id, settings.url);
    return {
      answeredAt: timeAt(known.answeredAt),
      nextAt: known.isGone ? null : timeAt(known.nextAt || null),
      fault: known.fault,
      isGone: known.isGone,
      movedTo: known.movedTo,
      hub: await hubOf(source.id),
    };
  }

  return async (source, heard) => ({
    heardAt: timeAt(heard?.heardAt ?? null),
    silentSince: timeAt(silentSince(source, heard, deps.now())),
    feed: await feedOf(source),
  });
}

const timeAt = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
