import { z } from 'zod';
import { script } from '../../redis/script.ts';

/**
 * Sets a version's status if it is one of those given, in one step: an abort or a later version may come at any moment.
 *
 * KEYS: 1 alert. ARGV: 1 version, 2 to, then from…
 * Answer: 1 if the status is `to` now because of this, else 0
 */
export const SET_STATUS = script(
  `
local field = 's:' .. ARGV[1]
local status = redis.call('HGET', KEYS[1], field)
for i = 3, #ARGV do
  if status == ARGV[i] then
    redis.call('HSET', KEYS[1], field, ARGV[2])
    return 1
  end
end
return 0`,
  z.literal([0, 1]),
);
