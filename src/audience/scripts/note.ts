import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { MOST_REFUSALS, REFUSAL_UNIT, UNPROVEN_BIT } from '../record.ts';
import { RECORDS, SLOTS } from './parts.ts';

/**
 * Notes what push services have said about subscriptions. One step, because a slot may get another subscription between
 * a comparison of the secret and a write.
 *
 * KEYS: 1 shard's prefix.
 * ARGV: for each subscription its slot, auth, and '1' (accepted: it is proven, and has no refusals) or '0' (refused).
 * Answers for each how many refusals in a row it has now; 0 as well when the slot is another's by now.
 */
export const NOTE = script(
  `${SLOTS}${RECORDS}
local answer = {}
for i = 1, #ARGV, 3 do
  local slot = tonumber(ARGV[i])
  local record = read(slot)
  local refusals = 0
  if record and record ~= '' and owns(record, ARGV[i + 1]) then
    local rest = standing(record) % ${REFUSAL_UNIT}
    if ARGV[i + 2] == '1' then
      if isUnproven(record) then countUnproven(slot, 0) end
      record = withStanding(record, rest)
    else
      local before = math.floor(standing(record) % ${UNPROVEN_BIT} / ${REFUSAL_UNIT})
      refusals = math.min(before + 1, ${MOST_REFUSALS})
      local unproven = isUnproven(record) and ${UNPROVEN_BIT} or 0
      record = withStanding(record, unproven + refusals * ${REFUSAL_UNIT} + rest)
    end
    write(slot, record)
  end
  answer[#answer + 1] = refusals
end
return answer`,
  z.array(z.number()),
);
