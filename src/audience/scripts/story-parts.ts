import { keys } from '../../redis/keys.ts';

/*
 * What a shard keeps of a story, behind its hash tag:
 *   story:<id>:members  bitmap of slots: who gets the story's follow-ups
 *   story:<id>:left     bitmap of slots: who left it, and is not brought back by an alert
 *   stories             zset   ids of the stories that have these bitmaps, by the time at which they expire (ms)
 */

export const STORIES = 'stories';

export const storyBitmaps = (shard: number, story: string): [members: string, left: string] => [
  keys.shard(shard, `story:${story}:members`),
  keys.shard(shard, `story:${story}:left`),
];

/** keepStory(members, left, id, untilMs): both bitmaps, and the story's place in the list. Needs `shard`, the shard's prefix. */
export const KEEP_STORY = `
local function keepStory(members, left, id, untilMs)
  redis.call('PEXPIREAT', members, untilMs)
  redis.call('PEXPIREAT', left, untilMs)
  redis.call('ZADD', shard .. '${STORIES}', untilMs, id)
end
`;

/** storiesOf(slot): ids of the stories that the slot is a member of. forgetStories(slot): it is in no story's bitmap. */
export const SLOTS_STORIES = `
local function bitmapOf(id, kind) return shard .. 'story:' .. id .. ':' .. kind end
local function storiesOf(slot)
  local ids = {}
  for _, id in ipairs(redis.call('ZRANGE', shard .. '${STORIES}', 0, -1)) do
    if redis.call('GETBIT', bitmapOf(id, 'members'), slot) == 1 then ids[#ids + 1] = id end
  end
  return ids
end
local function forgetStories(slot)
  for _, id in ipairs(redis.call('ZRANGE', shard .. '${STORIES}', 0, -1)) do
    for _, kind in ipairs({ 'members', 'left' }) do
      local bitmap = bitmapOf(id, kind)
      if redis.call('GETBIT', bitmap, slot) == 1 then redis.call('SETBIT', bitmap, slot, 0) end
    end
  end
end
`;
