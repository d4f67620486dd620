import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { countBits } from './bitmap.ts';
import type { AudienceQuery } from './schema.ts';
import { storyBitmaps } from './scripts/story-parts.ts';
import { languageSet, topicSet, urgencySet } from './set-names.ts';
import { SHARDS } from './shard.ts';

/** The number of subscriptions that an alert like this would go to now. Reads only bitmaps: 125 kB for each set and million. */
export async function estimateAudience(redis: Redis, query: AudienceQuery): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => estimateShard(redis, shard, query)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function estimateShard(redis: Redis, shard: number, query: AudienceQuery): Promise<number> {
  const read = (name: string) => redis.getBuffer(keys.shard(shard, `in:${name}`));
  const isForMembers = query.story?.membersOnly === true;
  const [urgency, language, anyLanguage, members, ...topics] = await Promise.all([
    read(urgencySet(query.urgency)),
    read(languageSet(query.lang)),
    read(languageSet(undefined)),
    query.story === undefined ? null : redis.getBuffer(storyBitmaps(shard, query.story.id)[0]),
    ...(isForMembers ? [] : query.topics.map((topic) => read(topicSet(topic)))),
  ]);
  if (!urgency) return 0;
  return countBits(
    urgency.map((byte, index) => {
      const spoken = (language?.[index] ?? 0) | (anyLanguage?.[index] ?? 0);
      const followed = topics.reduce((bits, topic) => bits | (topic?.[index] ?? 0), 0);
      return byte & ((spoken & followed) | (members?.[index] ?? 0));
    }),
  );
}
