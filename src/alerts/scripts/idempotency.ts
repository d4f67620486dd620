/**
 * The part of every script that an editor may repeat with an `Idempotency-Key`: the first answer is kept with the effect.
 * `before(key, request)` is that answer, if the key was used; `remember(key, request, answer, life)` keeps it for `life` ms.
 * An empty request: no key was given.
 */
export const IDEMPOTENCY_LUA = `
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
