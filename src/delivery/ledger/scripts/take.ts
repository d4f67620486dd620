import { script } from '../../../redis/script.ts';
import { BITMAPS_LUA } from './parts.ts';

/**
 * A run takes deliveries: before it sends, their devices count as holders of the version. One step for all shards, so that
 * it costs one wait for the disk.
 *
 * KEYS: the holders' bitmap of each shard
 * ARGV: 1 seconds to keep, 2 shards (a byte each), 3 runs of bytes of the bitmaps: shard (1), first byte (4), length (2), bits
 * Answer: none
 */
export const TAKE = script(`${BITMAPS_LUA}
local keys, runs, at = {}, ARGV[3], 1
for i = 1, #ARGV[2] do keys[string.byte(ARGV[2], i)] = KEYS[i] end
while at <= #runs do
  local shard, offset, length
  shard, offset, length, at = struct.unpack('>BI4I2', runs, at)
  local mask = string.sub(runs, at, at + length - 1)
  redis.call('SETRANGE', keys[shard], offset, withBits(keys[shard], offset, mask, false))
  at = at + length
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1], 'NX') end
return 1`);
