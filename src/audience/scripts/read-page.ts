import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { PAGE_SIZE } from '../shard.ts';
import { SLOTS } from './parts.ts';

const bytes = z.instanceof(Buffer);

/**
 * Reads a page of a shard. One step, because its records and their sets must be of one moment.
 *
 * KEYS: 1 shard's prefix. ARGV: 1 number of the page.
 * Answers its records, then each set of the shard except the languages' as its name and the bits of the page's slots.
 */
export const READ_PAGE = script(
  `${SLOTS}
local first = ARGV[1] * ${PAGE_SIZE / 8}
local answer = { redis.call('LRANGE', shard .. 'page:' .. ARGV[1], 0, -1) }
for _, name in ipairs(redis.call('SMEMBERS', shard .. 'sets')) do
  answer[#answer + 1] = { name, redis.call('GETRANGE', shard .. 'in:' .. name, first, first + ${PAGE_SIZE / 8 - 1}) }
end
return answer`,
  z
    .tuple([z.array(bytes)])
    .rest(z.tuple([bytes, bytes]))
    .transform(([records, ...sets]) => ({ records, sets })),
);
