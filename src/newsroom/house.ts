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
  /** Both as they are stored, and the story that was asked for: an alert is stored only while all of it counts. */
  readonly judgedBy: JudgedBy;
}

/** Of no story, where none is named. */
export interface HouseReader {
  /** As it is now. */
  read(storyId?: string | null): Promise<House>;
  /** As this process read it last. Whoever stores by it must find out whether it still counts. */
  known(storyId?: string | null): Promise<House>;
}

/** Bound of the stories that a process knows. A newsroom has fewer that are open. */
const MOST_KNOWN = 100;

/** @param deps.requireApproval counts until an admin has set the rule */
export function createHouse(deps: {
  readonly redis: Redis;
  readonly stories: Pick<StoryReader, 'get'>;
  readonly requireApproval: boolean;
}): HouseReader {
  const { redis } = deps;
  /** Without a story. */
  let last: House | undefined;
  const stories = new Map<string, Story>();

  function know(id: string, story: Story | undefined): void {
    stories.delete(id);
    if (story === undefined) return;
    if (stories.size >= MOST_KNOWN) stories.clear();
    stories.set(id, story);
  }

  const withStory = (house: House, story: Story | undefined): House => ({
    ...house,
    judgedBy: { ...house.judgedBy, story },
  });

  async function read(storyId?: string | null): Promise<House> {
    const [settings, topics, story] = await Promise.all([
      redis.hget(keys.newsroom, SETTINGS),
      redis.get(keys.topics),
      typeof storyId === 'string' ? deps.stories.get(storyId) : undefined,
    ]);
    if (typeof storyId === 'string') know(storyId, story);
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
      if (last === undefined) return read(storyId);
      if (typeof storyId !== 'string') return last;
      const story = stories.get(storyId);
      return story === undefined ? read(storyId) : withStory(last, story);
    },
  };
}
