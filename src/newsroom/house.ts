import type { JudgedBy } from '../alerts/script-arguments.ts';
import type { Story } from '../alerts/stories/schema.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import { parseTopics } from '../audience/topics.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { parseSettings, SETTINGS, type NewsroomSettings } from './settings.ts';

/** What an alert is judged by. */
export interface House {
  readonly settings: NewsroomSettings;
  /** Ids of the topics that an alert may name. */
  readonly topics: ReadonlySet<string>;
  /** The one that was asked for; undefined: there is none. */
  readonly story: Story | undefined;
  /** All of it as it is stored: an alert is stored only while it is. */
  readonly judgedBy: JudgedBy;
}

export interface HouseReader {
  /** As it is now. @param storyId null: no story */
  read(storyId?: string | null): Promise<House>;
  /** As this process read it last. Whoever stores by it must find out whether it still counts. */
  known(storyId: string | null): Promise<House>;
}

/** Stories that a process knows; a newsroom has fewer that are open. */
const KNOWN_STORIES = 100;

/** @param deps.requireApproval counts until an admin has set the rule */
export function createHouse(deps: {
  readonly redis: Redis;
  readonly stories: Pick<StoryReader, 'get'>;
  readonly requireApproval: boolean;
}): HouseReader {
  const { redis } = deps;
  let last: Omit<House, 'story'> | undefined;
  const stories = new Map<string, Story>();

  function know(id: string, story: Story | undefined): void {
    stories.delete(id);
    if (story !== undefined) stories.set(id, story);
    for (const oldest of stories.keys()) if (stories.size > KNOWN_STORIES) stories.delete(oldest);
  }

  const withStory = (house: Omit<House, 'story'>, story: Story | undefined): House => ({
    ...house,
    story,
    judgedBy: { ...house.judgedBy, story },
  });

  async function read(storyId: string | null = null): Promise<House> {
    const [settings, topics, story] = await Promise.all([
      redis.hget(keys.newsroom, SETTINGS),
      redis.get(keys.topics),
      storyId === null ? undefined : deps.stories.get(storyId),
    ]);
    if (storyId !== null) know(storyId, story);
    last = {
      settings: parseSettings(settings, deps),
      topics: new Set(parseTopics(topics).topics.map(({ id }) => id)),
      judgedBy: { settings: settings ?? '', topics: topics ?? '' },
    };
    return withStory(last, story);
  }

  return {
    read,
    known: async (storyId) => {
      const story = storyId === null ? undefined : stories.get(storyId);
      if (last === undefined || (storyId !== null && story === undefined)) return read(storyId);
      return withStory(last, story);
    },
  };
}
