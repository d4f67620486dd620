import type { EditorAlert } from '../schema.ts';
import type { Story } from './schema.ts';

/**
 * What decides whether a story takes an alert: its language, and whether it is open, when the alert is judged and when it is to
 * go out. '' when there is no story.
 * @param story as the alert was judged by it: it may have ended since
 */
export function storyFacts(story: Story | undefined, { sendAt }: Pick<EditorAlert, 'sendAt'>): string {
  if (story === undefined) return '';
  return `${story.lang} ${!story.ended} ${sendAt === null || Date.parse(sendAt) <= Date.parse(story.endsAt)}`;
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
