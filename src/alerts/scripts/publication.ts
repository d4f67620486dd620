/**
 * The one way for a stored version to become public: for sending at once, an approval, a due schedule, an intake alike.
 *
 * The hash of an alert: `version` (the newest), `public` (the newest that readers may see), `published` (the alert's place
 * in the indexes), `revision` (how often an editor has changed it), and for each version n `v:<n>` (JSON) and `s:<n>` (its
 * status now).
 *
 * `publish(alert, id, n, status, outbox, waiting, now)` puts version n in the place of the earlier ones, and into the
 * outbox. From then on nothing of the earlier versions may be sent: a retraction makes each of them retracted, any
 * other version superseded. What was aborted stays aborted, and what was still waiting is cancelled.
 *
 * `await(waiting, id, n, due)` lists version n as one that waits: for its time, or for an editor where `due` is ''.
 *
 * `tellStory(keys, at, args, from, id, now)` notes in the story of an alert that it is public. At `keys[at]` are the story,
 * its openers and the open stories; at `args[from]` the story's id ('' is none), when the story ends if this is its last alert
 * (ms), and '1' for an alert that is to go to everybody. A story's first alert goes to everybody. A story that has ended stays so.
 *
 * `isOneOf(status, list, first)` tells whether the status is in the list from there on.
 *
 * Guards are keys that hold the id of the alert with this content: first its headline's, then its article's. An alert holds
 * them from the moment when it is certain to go out, at a time or now. `findTwin(guards, own)` is the answer about an alert
 * other than `own` that holds one of them. `hold(guards, id, life)` takes them for so many ms, `letGo(guards, id)` frees them.
 */
export const PUBLICATION_LUA = `
local WAITING = { draft = true, ['awaiting-approval'] = true, scheduled = true }
local function cancelWaiting(alert, id, n, waiting)
  if not WAITING[redis.call('HGET', alert, 's:' .. n)] then return end
  redis.call('HSET', alert, 's:' .. n, 'cancelled')
  redis.call('ZREM', waiting, id .. ':' .. n)
end
local function await(waiting, id, n, due)
  redis.call('ZADD', waiting, due == '' and '+inf' or due, id .. ':' .. n)
end
local function publish(alert, id, n, status, outbox, waiting, now)
  n = tonumber(n)
  for earlier = 1, n - 1 do
    cancelWaiting(alert, id, earlier, waiting)
    local field = 's:' .. earlier
    local known = redis.call('HGET', alert, field)
    if status == 'retracted' and known ~= 'cancelled' then
      redis.call('HSET', alert, field, 'retracted')
    elseif known == 'sending' or known == 'sent' then
      redis.call('HSET', alert, field, 'superseded')
    end
  end
  redis.call('HSET', alert, 's:' .. n, status, 'public', n)
  redis.call('HINCRBY', alert, 'revision', 1)
  redis.call('ZREM', waiting, id .. ':' .. n)
  redis.call('ZADD', outbox, now, id .. ':' .. n)
end
local function tellStory(keys, at, args, from, id, now)
  local story, name, ends = keys[at], args[from], args[from + 1]
  if name == '' then return end
  local isFirst = redis.call('HSETNX', story, 'first', id) == 1
  if isFirst or args[from + 2] == '1' then redis.call('RPUSH', keys[at + 1], id) end
  redis.call('HINCRBY', story, 'alerts', 1)
  local known = tonumber(redis.call('HGET', story, 'endsAt') or 0)
  if known <= tonumber(now) or known >= tonumber(ends) then return end
  redis.call('HSET', story, 'endsAt', ends, 'plannedEnd', ends)
  redis.call('ZADD', keys[at + 2], ends, name)
end
local function isOneOf(status, list, first)
  for i = first, #list do
    if list[i] == status then return true end
  end
  return false
end
local GUARDED = { 'headline', 'article' }
local function findTwin(guards, own)
  for i, guard in ipairs(guards) do
    local twin = redis.call('GET', guard)
    if twin and twin ~= own then return {'duplicate', twin, GUARDED[i]} end
  end
  return nil
end
local function hold(guards, id, life)
  for _, guard in ipairs(guards) do redis.call('SET', guard, id, 'PX', life) end
end
local function letGo(guards, id)
  for _, guard in ipairs(guards) do
    if redis.call('GET', guard) == id then redis.call('DEL', guard) end
  end
end
local function slice(list, first, count)
  local part = {}
  for i = first, first + count - 1 do part[#part + 1] = list[i] end
  return part
end
`;
