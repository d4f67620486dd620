import { z } from 'zod';

/**
 * Part of every script whose effect is audited: the effect and its entry are written together or not at all.
 * ARGV[1] is the link, JSON {prev, hash, entry}, or '' for what no editor does. Before a script changes anything, it calls
 * `auditStale(key)` and returns what that returns: {@link staleAnswer}, or nil. With the change it calls `audit(key)`.
 */
export const AUDIT_LUA = `
local function auditStale(key)
  if ARGV[1] == '' then return nil end
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)
  local hash = ''
  if last[1] then
    local fields = last[1][2]
    for i = 1, #fields, 2 do if fields[i] == 'hash' then hash = fields[i + 1] end end
  end
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
