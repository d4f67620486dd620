import { z } from 'zod';

/** Answers what was frozen before under this name. Needs `frozen` and `unproven`, names of keys. */
export const KNOWN = `
local known = redis.call('GET', frozen)
if known then return { known, redis.call('GET', unproven) or '' } end`;

/**
 * Keeps the audience for ARGV[1] seconds, and its unproven part as it is at this moment; an empty bitmap is not kept.
 * Needs `shard`, `frozen` and `unproven`.
 */
export const KEEP = `
local function keep(key)
  if redis.call('BITPOS', key, 1) < 0 then
    redis.call('DEL', key)
    return ''
  end
  redis.call('EXPIRE', key, ARGV[1])
  return redis.call('GET', key)
end
redis.call('BITOP', 'AND', unproven, frozen, shard .. 'unproven')
return { keep(frozen), keep(unproven) }`;

/** The audience and its unproven part, bitmaps of slots. */
export const frozenSchema = z
  .tuple([z.instanceof(Buffer), z.instanceof(Buffer)])
  .transform(([all, unproven]) => ({ all, unproven }));
