import { AUDIT_LUA } from '../editors/audit-script.ts';
import { script } from '../redis/script.ts';

/*
 * The hash of an alert: `version` (the newest), `published` (its place in the indexes), and for each version n
 * `v:<n>` (JSON as first answered) and `s:<n>` (its status now). ARGV[1] is always the audit link.
 */
const COMMON = `${AUDIT_LUA}
-- The first answer, if this idempotency key was used before.
local function before(key, request)
  if request == '' then return nil end
  local known = redis.call('HMGET', key, 'request', 'answer')
  if not known[1] then return nil end
  if known[1] ~= request then return {'idempotency-conflict'} end
  return {'repeated', known[2]}
end
local function remember(key, request, answer, life)
  if request == '' then return end
  redis.call('HSET', key, 'request', request, 'answer', answer)
  redis.call('PEXPIRE', key, life)
end
`;

/**
 * KEYS: audit, idempotency, alert, outbox, duplicate, indexes…
 * ARGV: link, request, idempotency life, json, status, outbox member, now, id, allow duplicate, window, member
 */
export const CREATE = script(`${COMMON}
local known = before(KEYS[2], ARGV[2])
if known then return known end
local twin = redis.call('GET', KEYS[5])
if twin and ARGV[9] ~= '1' then return {'duplicate', twin} end
local stale = auditStale(KEYS[1])
if stale then return stale end
redis.call('HSET', KEYS[3], 'version', 1, 'v:1', ARGV[4], 's:1', ARGV[5], 'published', ARGV[11])
for i = 6, #KEYS do redis.call('ZADD', KEYS[i], 0, ARGV[11]) end
redis.call('ZADD', KEYS[4], ARGV[7], ARGV[6])
redis.call('SET', KEYS[5], ARGV[8], 'PX', ARGV[10])
remember(KEYS[2], ARGV[2], ARGV[4], ARGV[3])
audit(KEYS[1])
return {'created'}`);

/**
 * Adds the version that follows, and ends the earlier ones in the same step: from the moment it is stored nothing of them
 * may be sent any more. A retraction makes each of them retracted, any other version superseded; what an editor aborted
 * stays aborted.
 * KEYS: audit, idempotency, alert, outbox
 * ARGV: link, request, idempotency life, json, status, outbox member, now, version
 */
export const ADD_VERSION = script(`${COMMON}
local known = before(KEYS[2], ARGV[2])
if known then return known end
local last = tonumber(ARGV[8]) - 1
if redis.call('HGET', KEYS[3], 'version') ~= tostring(last) then return {'moved'} end
local status = redis.call('HGET', KEYS[3], 's:' .. last)
if status ~= 'sending' and status ~= 'sent' and status ~= 'aborted' then return {'wrong-status', status} end
local stale = auditStale(KEYS[1])
if stale then return stale end
for n = 1, last do
  local earlier = redis.call('HGET', KEYS[3], 's:' .. n)
  if ARGV[5] == 'retracted' then
    redis.call('HSET', KEYS[3], 's:' .. n, 'retracted')
  elseif earlier == 'sending' or earlier == 'sent' then
    redis.call('HSET', KEYS[3], 's:' .. n, 'superseded')
  end
end
redis.call('HSET', KEYS[3], 'version', ARGV[8], 'v:' .. ARGV[8], ARGV[4], 's:' .. ARGV[8], ARGV[5])
redis.call('ZADD', KEYS[4], ARGV[7], ARGV[6])
remember(KEYS[2], ARGV[2], ARGV[4], ARGV[3])
audit(KEYS[1])
return {'created'}`);

/** KEYS: audit, alert. Every version that is being sent stops. */
export const ABORT = script(`${COMMON}
local version = tonumber(redis.call('HGET', KEYS[2], 'version'))
if not version then return {'missing'} end
local sending = {}
for n = 1, version do
  if redis.call('HGET', KEYS[2], 's:' .. n) == 'sending' then sending[#sending + 1] = n end
end
if #sending == 0 then return {'wrong-status', redis.call('HGET', KEYS[2], 's:' .. version)} end
local stale = auditStale(KEYS[1])
if stale then return stale end
for _, n in ipairs(sending) do redis.call('HSET', KEYS[2], 's:' .. n, 'aborted') end
audit(KEYS[1])
return {'aborted'}`);

/** KEYS: alert. ARGV: version, to, from… Answers whether the status was one of `from` and is `to` now. */
export const SET_STATUS = script(`
local field = 's:' .. ARGV[1]
local status = redis.call('HGET', KEYS[1], field)
for i = 3, #ARGV do
  if status == ARGV[i] then
    redis.call('HSET', KEYS[1], field, ARGV[2])
    return 1
  end
end
return 0`);
