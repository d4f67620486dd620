import { z } from 'zod';
import { statusSchema } from '../../../alerts/schema.ts';
import { script } from '../../../redis/script.ts';
import { OUTCOMES } from '../../report/outcomes.ts';
import { SERVICES } from '../../report/services.ts';
import { UNPROVEN_PREFIX } from '../retry.ts';
import { BITMAPS_LUA, FINISHED_LUA } from './parts.ts';

/**
 * Writes what has become of some deliveries: outcomes with the report's counters, what goes into a retry, what remains
 * of the retry that is being run, the end of the batch. One step: all of it or nothing; all of it again changes nothing. A
 * delivery that certainly did not arrive is no holder any more: it ended without acceptance, or an answer put it into a retry.
 *
 * KEYS: 1 report, 2 alert, 3 batches, 4 runs of batches, 5 retries, 6 retries due, 7 unproven retries due, then a ledger
 *       bitmap for each shard of ARGV 5, a bitmap of the deferred for each of ARGV 6, the holders' bitmap for each of ARGV 17
 * ARGV: 1 seconds to keep, 2 now, 3 version, 4 batch that ends or '',
 *       5 shards of the outcomes (a byte each), 6 shards of the new retries,
 *       7 outcomes as runs of bytes of the bitmaps: shard (1), first byte (4), length (2), bits,
 *       8 the same one by one: shard (1), slot (4), outcome with 16 times its service or 0 (1), bucket of the time (2), time in ms (4),
 *       9 their sums: JSON [[counter, increment]…], 10 first accepted, 11 last accepted in ms, or '',
 *       12 retry being run or '', 13 its mark, 14 what remains of it, '' or '=' (nothing was moved),
 *       15 batch being run or '', 16 by which run,
 *       17 shards with deliveries that did not arrive (a byte each), 18 those that ended so: shard (1), slot (4),
 *       then for each new retry: id, due, head, entries of shard (1) and slot (4), '1' if the holders stay as they are
 * Answer: 1 when no delivery is pending, else 0; status of the version, or ''; 1 while the batch or retry is ours, else 0
 */
export const CHECKPOINT = script(
  `${FINISHED_LUA}${BITMAPS_LUA}
local report, alert, batches, runsOf, retries, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local dueUnproven = KEYS[7]
local function dueOf(id) return string.sub(id, 1, 1) == '${UNPROVEN_PREFIX}' and dueUnproven or due end
local keep, runs, entries = ARGV[1], ARGV[7], ARGV[8]
local ledger, deferred = {}, {}
for i = 1, #ARGV[5] do ledger[string.byte(ARGV[5], i)] = KEYS[7 + i] end
for i = 1, #ARGV[6] do deferred[string.byte(ARGV[6], i)] = KEYS[7 + #ARGV[5] + i] end
local holders = {}
for i = 1, #ARGV[17] do holders[string.byte(ARGV[17], i)] = KEYS[7 + #ARGV[5] + #ARGV[6] + i] end

local function letGo(entries, unless)
  local at = 1
  while at <= #entries do
    local shard, slot
    shard, slot, at = struct.unpack('>BI4', entries, at)
    if not (unless and unless[shard .. ':' .. slot]) then redis.call('SETBIT', holders[shard], slot, 0) end
  end
end

-- Whole bytes at once where none of the deliveries has an outcome yet: a tenth of the work, and of the log on disk.
local function settleRuns()
  local writes, at = {}, 1
  while at <= #runs do
    local shard, offset, length
    shard, offset, length, at = struct.unpack('>BI4I2', runs, at)
    local mask = string.sub(runs, at, at + length - 1)
    mask = withBits(ledger[shard], offset, mask, true)
    if not mask then return false end
    writes[#writes + 1] = { ledger[shard], offset, mask }
    at = at + length
  end
  for _, write in ipairs(writes) do redis.call('SETRANGE', write[1], write[2], write[3]) end
  return true
end

-- One by one: only what is new counts.
local repeated = {}
local names = { ${OUTCOMES.map((name) => `'${name}'`).join(', ')} }
local services = { ${SERVICES.map((name) => `'${name}'`).join(', ')} }
local function settleEach()
  local sums, first, last, at = {}, '', '', 1
  local function add(name) sums[name] = (sums[name] or 0) + 1 end
  while at <= #entries do
    local shard, slot, outcome, bucket, ms
    shard, slot, outcome, bucket, ms, at = struct.unpack('>BI4BI2I4', entries, at)
    if redis.call('SETBIT', ledger[shard], slot, 1) == 0 then
      local service = services[math.floor(outcome / 16)]
      outcome = outcome % 16
      add('settled')
      add('o:' .. names[outcome + 1])
      if service then add('p:' .. service .. ':' .. names[outcome + 1]) end
      if outcome == 0 then
        add('t:' .. bucket)
        if first == '' or ms < first then first = ms end
        if last == '' or ms > last then last = ms end
        if ms <= 120000 then add('early') end
      end
    else
      repeated[shard .. ':' .. slot] = true
    end
  end
  local list = {}
  for name, sum in pairs(sums) do list[#list + 1] = { name, sum } end
  return list, first, last
end

if #entries > 0 then
  local sums, first, last
  if settleRuns() then
    sums, first, last = cjson.decode(ARGV[9]), ARGV[10], ARGV[11]
  else
    sums, first, last = settleEach()
  end
  for _, sum in ipairs(sums) do redis.call('HINCRBY', report, sum[1], sum[2]) end
  if #sums > 0 then redis.call('HSET', report, 'progressAt', ARGV[2]) end
  if first ~= '' then
    local known = redis.call('HMGET', report, 'first', 'last')
    if not known[1] or tonumber(first) < tonumber(known[1]) then redis.call('HSET', report, 'first', first) end
    if not known[2] or tonumber(last) > tonumber(known[2]) then redis.call('HSET', report, 'last', last) end
  end
  for _, key in pairs(ledger) do redis.call('EXPIRE', key, keep, 'NX') end
  letGo(ARGV[18], repeated)
end

local home, ours = ARGV[12], true
if ARGV[15] ~= '' then ours = redis.call('HGET', runsOf, ARGV[15]) == ARGV[16] end
if home ~= '' then
  local known = redis.call('HGET', retries, home)
  ours = known and struct.unpack('>I4', known) == tonumber(ARGV[13])
  if ours and ARGV[14] == '' then
    redis.call('HDEL', retries, home)
    redis.call('ZREM', dueOf(home), home)
  elseif ours and ARGV[14] ~= '=' then
    redis.call('HSET', retries, home, ARGV[14])
  end
end

for i = 19, #ARGV, 5 do
  local id, at, head, moved, holdersStay = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  if not ours then
    moved = ''
  elseif home == '' then
    -- What another run of this batch has handed over before is not ours to hand over.
    local mine, from = {}, 1
    while from <= #moved do
      local shard, slot, after = struct.unpack('>BI4', moved, from)
      if redis.call('SETBIT', deferred[shard], slot, 1) == 0 then
        mine[#mine + 1] = string.sub(moved, from, after - 1)
      end
      from = after
    end
    moved = table.concat(mine)
  end
  if moved ~= '' then
    redis.call('HSET', retries, id, head .. moved)
    redis.call('ZADD', dueOf(id), at, id)
    if holdersStay ~= '1' then letGo(moved) end
  end
end
if #ARGV > 18 then
  for _, key in pairs(deferred) do redis.call('EXPIRE', key, keep, 'NX') end
  redis.call('EXPIRE', retries, keep, 'NX')
  redis.call('EXPIRE', due, keep, 'NX')
  redis.call('EXPIRE', dueUnproven, keep, 'NX')
end
for _, key in pairs(holders) do redis.call('EXPIRE', key, keep, 'NX') end

if ARGV[4] ~= '' and ours then
  if redis.call('SETBIT', batches, ARGV[4], 1) == 0 then
    redis.call('HINCRBY', report, 'ended', 1)
    redis.call('HSET', report, 'progressAt', ARGV[2])
  end
  redis.call('EXPIRE', batches, keep, 'NX')
end
return { finished(report), redis.call('HGET', alert, 's:' .. ARGV[3]) or '', ours and 1 or 0 }`,
  z
    .tuple([z.literal([0, 1]), z.union([statusSchema, z.literal('')]), z.literal([0, 1])])
    .transform(([finished, status, ours]) => ({
      finished: finished === 1,
      status: status === '' ? undefined : status,
      ours: ours === 1,
    })),
);
