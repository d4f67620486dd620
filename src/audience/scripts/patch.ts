import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { NEWEST_FORMAT, URGENCY_MASK } from '../record.ts';
import { foundSchema } from './find.ts';
import { RECORDS, SETS, SLOTS } from './parts.ts';

/**
 * Merges a patch into the preferences of a subscription (RFC 7396, section 2). One step, because a merge starts from what
 * is stored: of patches that come at once none may be lost, and none may have to try again (docs/decisions/0004).
 *
 * The caller has checked each member of the patch. One rule depends on both patch and store, and is checked here: an object
 * must have all its required members after the merge.
 *
 * KEYS: 1 shard's prefix, 2 bucket of the ids.
 * ARGV: 1 field, 2 auth, 3 the record to patch or '' (any; another one stays as it is), 4 language tag ('' is none, '=' keeps), 5 code of the
 * urgency ('' keeps), 6 the patch of what the record holds as JSON, 7 required members by object as JSON, then sets: the
 * subscription leaves its other sets of the same kind.
 * Answers {'missing'}, {'denied'} (another secret), or what {@link foundSchema} reads after 'found' (the subscription as it
 * is now) or 'invalid' (as the patch would make it; nothing is written).
 */
export const PATCH = script(
  `${SLOTS}${RECORDS}${SETS}
local slot = redis.call('HGET', KEYS[2], ARGV[1])
if not slot then return { 'missing' } end
slot = tonumber(slot)
local known = read(slot)
if not owns(known, ARGV[2]) then return { 'denied' } end
if ARGV[3] ~= '' and known ~= ARGV[3] then return { 'found', known, unpack(setsOf(slot)) } end
if string.byte(known) > ${NEWEST_FORMAT} then return redis.error_reply('ERR subscription record of unknown format') end

local function merged(target, patch)
  if type(patch) ~= 'table' then return patch end
  if type(target) ~= 'table' then target = {} end
  for name, value in pairs(patch) do
    if value == cjson.null then target[name] = nil else target[name] = merged(target[name], value) end
  end
  return target
end

local before, last = tagBounds(known)
local head, tag, rest = string.sub(known, 1, before - 1), string.sub(known, before + 1, last), string.sub(known, last + 1)
if ARGV[4] ~= '=' then tag = ARGV[4] end
if ARGV[5] ~= '' then head = withStanding(head, standing(head) - standing(head) % ${URGENCY_MASK + 1} + ARGV[5]) end
local preferences = merged(rest == '' and {} or cjson.decode(rest), cjson.decode(ARGV[6]))
rest = next(preferences) and cjson.encode(preferences) or ''
local record = head .. string.char(#tag) .. tag .. rest

local joined, kinds = { unpack(ARGV, 8) }, {}
for _, name in ipairs(joined) do kinds[string.sub(name, 1, 2)] = true end
local left, answer = {}, { 'found', record, unpack(joined) }
for _, name in ipairs(setsOf(slot)) do
  if kinds[string.sub(name, 1, 2)] then left[#left + 1] = name else answer[#answer + 1] = name end
end

for object, members in pairs(cjson.decode(ARGV[7])) do
  for _, member in ipairs(members) do
    if preferences[object] and preferences[object][member] == nil then answer[1] = 'invalid' end
  end
end
if answer[1] == 'invalid' then return answer end

write(slot, record)
if languageSet(known) ~= languageSet(record) then
  leave(slot, languageSet(known))
  mark(slot, languageSet(record))
end
for _, name in ipairs(left) do leave(slot, name) end
if #joined > 0 then join(slot, joined) end
return answer`,
  z
    .tuple([z.instanceof(Buffer)])
    .rest(z.instanceof(Buffer))
    .transform(([type, ...found]) => ({ type: type.toString(), found }))
    .pipe(
      z.discriminatedUnion('type', [
        z.object({
          type: z.enum(['missing', 'denied']),
          found: z.tuple([]).transform(() => undefined),
        }),
        z.object({ type: z.enum(['found', 'invalid']), found: foundSchema }),
      ]),
    ),
);
