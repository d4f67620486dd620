import type { EditorAlert } from '../schema.ts';
import type { Story } from './schema.ts';

/**
 * What decides whether a story takes an alert: its language, and whether it is open now and at the time at which the alert
 * is to go out. '' when there is no story.
 */
export function storyFacts(
  story: Story | undefined,
  { sendAt }: Pick<EditorAlert, 'sendAt'>,
  nowMs: number,
): string {
  if (story === undefined) return '';
  const endsAt = Date.parse(story.endsAt);
  return `${story.lang} ${endsAt > nowMs} ${sendAt === null || Date.parse(sendAt) <= endsAt}`;
}

/** `storyFacts(key, sendAt, now)`: the same of the story as it is stored. Times in ms since the epoch; `sendAt` may be ''. */
export const STORY_FACTS_LUA = `
local function storyFacts(key, sendAt, now)
  local lang, ends = unpack(redis.call('HMGET', key, 'lang', 'endsAt'))
  if not lang then return '' end
  ends = tonumber(ends)
  local isOpenThen = sendAt == '' or tonumber(sendAt) <= ends
  return lang .. ' ' .. tostring(ends > tonumber(now)) .. ' ' .. tostring(isOpenThen)
end`;
