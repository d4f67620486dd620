import { z } from 'zod';
import type { AuditLog, LinkOutcome } from '../../editors/audit.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import { newAlertId } from '../id.ts';
import { storyIdSchema, type NewStory, type Story, type StoryChange } from './schema.ts';
import { CHANGE_STORY } from './scripts/change-story.ts';
import { START_STORY } from './scripts/start-story.ts';

/** A newsroom follows a few stories at a time; each costs a bitmap or two in every shard. */
export const MOST_OPEN_STORIES = 100;
/** What readers chose is kept for as long after a story's end, for the versions of its last alerts. */
const KEPT_AFTER_END_MS = 24 * 3_600_000;

/** A story, with what fan-out and desk must know of it. */
export interface StoryState extends Story {
  /** Id of the alert that was its first; null: none is public yet. */
  readonly first: string | null;
  /** Until when what readers chose is kept, ms since the epoch. */
  readonly keptUntilMs: number;
}

export interface StoryReader {
  /** Also one that has ended; undefined when there is none with this id. */
  get(id: string): Promise<StoryState | undefined>;
  /** The open ones, the newest first. */
  open(): Promise<readonly Story[]>;
  /** Ids of its newest alerts that go to everybody, the oldest of them first. */
  openers(id: string, limit: number): Promise<readonly string[]>;
}

/** Each change is written together with its entry in the audit log. */
export interface StoryStore extends StoryReader {
  /** @param lifeMs how long it stays open without an alert */
  start(input: NewStory, editorId: string, lifeMs: number): Promise<Story | 'full'>;
  change(id: string, change: StoryChange, editorId: string): Promise<Story | 'missing'>;
}

const ms = z.string().transform(Number);
const storedSchema = z.object({
  name: z.string(),
  lang: z.string(),
  startedAt: ms,
  endsAt: ms,
  /** When it would have ended by itself. */
  plannedEnd: ms,
  first: z.string().nullable().default(null),
  alerts: ms.default(0),
});

/** @param deps.now milliseconds since the epoch */
export function createStoryReader({ redis, now }: { redis: Redis; now: () => number }): StoryReader {
  async function get(id: string): Promise<StoryState | undefined> {
    if (!storyIdSchema.safeParse(id).success) return undefined;
    const stored = storedSchema.safeParse(await redis.hgetall(keys.story(id)));
    if (!stored.success) return undefined;
    const { name, lang, startedAt, endsAt, plannedEnd, first, alerts } = stored.data;
    return {
      id,
      name,
      lang,
      startedAt: timeAt(startedAt),
      endsAt: timeAt(endsAt),
      ended: endsAt <= now(),
      alerts,
      first,
      keptUntilMs: plannedEnd + KEPT_AFTER_END_MS,
    };
  }
  return {
    get,
    open: async () => {
      const ids = await redis.zrangebyscore(keys.openStories, `(${now()}`, '+inf');
      const found = await Promise.all(ids.map(get));
      return found
        .flatMap((story) => (story === undefined ? [] : [shownStory(story)]))
        .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
    },
    openers: (id, limit) => redis.lrange(keys.storyOpeners(id), -limit, -1),
  };
}

/** @param deps.now milliseconds since the epoch */
export function createStoryStore(deps: {
  readonly redis: Redis;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly now: () => number;
}): StoryStore {
  const { redis, audit, now } = deps;
  const reader = createStoryReader(deps);

  async function shown(id: string): Promise<Story> {
    const story = await reader.get(id);
    if (story === undefined) throw new Error(`story ${id} was written and is not there`);
    return shownStory(story);
  }

  return {
    ...reader,
    start: async ({ name, lang }, editorId, lifeMs) => {
      const id = newAlertId(now());
      const entry = { editorId, action: 'story.start', target: id };
      const type = await audit.commit(entry, async (link) => {
        const startedAt = now();
        const names = [keys.audit, keys.story(id), keys.openStories];
        const args = [id, name, lang, startedAt, startedAt + lifeMs, MOST_OPEN_STORIES];
        return outcome(
          await runScript(redis, START_STORY, names, [JSON.stringify(link), ...args]),
          'started',
        );
      });
      return type === 'full' ? 'full' : shown(id);
    },
    change: async (id, { name, ended }, editorId) => {
      if (!storyIdSchema.safeParse(id).success) return 'missing';
      const entry = { editorId, action: ended === true ? 'story.end' : 'story.rename', target: id };
      const type = await audit.commit(entry, async (link) => {
        const names = [keys.audit, keys.story(id), keys.openStories];
        const args = [JSON.stringify(link), id, name ?? '', ended === true ? '1' : '', now()];
        return outcome(await runScript(redis, CHANGE_STORY, names, args), 'changed');
      });
      return type === 'missing' ? 'missing' : shown(id);
    },
  };
}

/** A story as everybody may see it. */
export const shownStory = ({ id, name, lang, startedAt, endsAt, ended, alerts }: Story): Story => ({
  id,
  name,
  lang,
  startedAt,
  endsAt,
  ended,
  alerts,
});

type Answer<Type extends string> =
  { readonly type: Type } | { readonly type: 'stale'; readonly hash: string };

function outcome<Type extends string>(answer: Answer<Type>, done: Type): LinkOutcome<Type> {
  if (answer.type === 'stale') return { stale: (answer as { readonly hash: string }).hash };
  return { appended: answer.type === done, value: answer.type };
}

const timeAt = (msAt: number): string => new Date(msAt).toISOString();
