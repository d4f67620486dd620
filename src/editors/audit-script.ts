import { z } from 'zod';

/** `auditHead(key)` is the hash of the newest entry, or '' where there is none. */
export const HEAD_LUA = `
local function auditHead(key)
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)
  if last[1] then
    local fields = last[1][2]
    for i = 1, #fields, 2 do if fields[i] == 'hash' then return fields[i + 1] end end
  end
  return ''
end
`;

/**
 * Part of every script whose effect is audited: the effect and its entry are written together or not at all.
 * ARGV[1] is the link, JSON {prev, hash, entry}, or '' for what no editor does. Before a script changes anything, it calls
 * `auditStale(key)` and returns what that returns: {@link staleAnswer}, or nil. With the change it calls `audit(key)`.
 */
export const AUDIT_LUA = `${HEAD_LUA}
local function auditStale(key)
  if ARGV[1] == '' then return nil end
  local hash = auditHead(key)
  if hash ~= cjson.decode(ARGV[1]).prev then return {'stale', hash} end
  return nil
end
local function audit(key)
  if ARGV[1] == '' then return end
  local link = cjson.decode(ARGV[1])
  redis.call('XADD', key, '*', 'entry', link.entry, 'prev', link.prev, 'hash', link.hash)
end
`;

/** What a script answers if another process wrote an entry in between: the hash that the link must follow. */
export const staleAnswer = z.tuple([z.literal('stale'), z.string()]);
