import type { EditorAlert } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import { goesToEverybody } from '../../alerts/stories/reach.ts';
import type { StoryReader } from '../../alerts/stories/store.ts';
import type { StoryAudience } from '../../audience/schema.ts';

interface StoryDeps {
  readonly stories: Pick<StoryReader, 'get' | 'openers'>;
  readonly alerts: Pick<AlertStore, 'get' | 'getPublic'>;
}

/** What its story says of a version's readers; undefined without a story. */
export async function storyAudience(
  { stories }: Pick<StoryDeps, 'stories'>,
  alert: EditorAlert,
): Promise<StoryAudience | undefined> {
  const story = alert.story === null ? undefined : await stories.get(alert.story);
  if (story === undefined) return undefined;
  return {
    id: story.id,
    membersOnly: !goesToEverybody(alert, story),
    withoutLeavers: alert.version > 1 && alert.change === 'update',
    keptUntilMs: story.keptUntilMs,
  };
}

/** Of a story's alerts that go to everybody, those before the newest ones are long frozen. */
const NEWEST_OPENERS = 20;

/**
 * The alerts whose readers follow the story by the time of this alert, as far as their audiences may not be frozen yet: they
 * must be frozen before it. Each looks back at earlier ones alone, so that none waits for itself.
 */
export async function openersBefore(
  { stories, alerts }: StoryDeps,
  alert: Pick<EditorAlert, 'id'>,
  story: StoryAudience,
): Promise<readonly EditorAlert[]> {
  const openers = await stories.openers(story.id, NEWEST_OPENERS);
  const earlier = story.membersOnly ? openers : openers.slice(0, Math.max(0, openers.indexOf(alert.id)));
  const found = await Promise.all(
    earlier.map(async (opener) => {
      const newest = await alerts.getPublic(opener);
      return newest?.inPlaceOf === undefined ? newest : alerts.get(opener, newest.inPlaceOf.version);
    }),
  );
  return found.filter((one) => one !== undefined);
}
