import { parseTopics } from '../audience/topics.ts';
import type { JudgedBy } from '../alerts/script-arguments.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { parseSettings, SETTINGS, type NewsroomSettings } from './settings.ts';

/** What an alert is judged by. */
export interface House {
  readonly settings: NewsroomSettings;
  /** Ids of the topics that an alert may name. */
  readonly topics: ReadonlySet<string>;
  /** Both as they are stored: an alert is stored only while they are. */
  readonly texts: JudgedBy;
}

export interface HouseReader {
  /** As it is now. */
  read(): Promise<House>;
  /** As this process read it last. Whoever stores by it must find out whether it still counts. */
  known(): Promise<House>;
}

/** @param deps.requireApproval counts until an admin has set the rule */
export function createHouse(deps: { readonly redis: Redis; readonly requireApproval: boolean }): HouseReader {
  const { redis } = deps;
  let last: House | undefined;

  async function read(): Promise<House> {
    const [settings, topics] = await Promise.all([
      redis.hget(keys.newsroom, SETTINGS),
      redis.get(keys.topics),
    ]);
    last = {
      settings: parseSettings(settings, deps),
      topics: new Set(parseTopics(topics).topics.map(({ id }) => id)),
      texts: { settings: settings ?? '', topics: topics ?? '' },
    };
    return last;
  }

  return { read, known: () => (last === undefined ? read() : Promise.resolve(last)) };
}
