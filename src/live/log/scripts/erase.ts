import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/**
 * Blanks the entries of one alert. Entries of a stream cannot be changed, so the script writes the stream again under the same
 * offsets. One step, because a version that is appended meanwhile would be lost.
 *
 * KEYS: stream, epoch.
 * ARGV: alert id, headline to put in place of the old ones, new epoch.
 * Answer: how many entries were blanked.
 */
export const ERASE = script(
  `
local entries, erased = redis.call('XRANGE', KEYS[1], '-', '+'), 0
for _, entry in ipairs(entries) do
  local alert = cjson.decode(entry[2][2])
  if alert.id == ARGV[1] then
    alert.headline, alert.change, alert.status = ARGV[2], 'retraction', 'retracted'
    for _, name in ipairs({'body', 'note', 'url', 'image'}) do alert[name] = cjson.null end
    entry[2][2] = cjson.encode(alert)
    erased = erased + 1
  end
end
if erased == 0 then return 0 end
redis.call('DEL', KEYS[1])
for _, entry in ipairs(entries) do redis.call('XADD', KEYS[1], entry[1], 'alert', entry[2][2]) end
redis.call('SET', KEYS[2], ARGV[3])
return erased`,
  z.number(),
);
