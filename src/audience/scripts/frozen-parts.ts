import { z } from 'zod';

/** Answers what was frozen before under this name. Needs `frozen`, `unproven` and `engaged`, names of keys. */
export const KNOWN = `
local known = redis.call('GET', frozen)
if known then return { known, redis.call('GET', unproven) or '', redis.call('GET', engaged) or '' } end`;

/**
 * Keeps the audience for ARGV[1] seconds, and its unproven and engaged parts as they are at this moment; an empty bitmap is
 * not kept. The engaged are those of the sets ARGV[2] and ARGV[3]. Needs `shard`, `frozen`, `unproven` and `engaged`.
 */
export const KEEP = `
local function isEmpty(key)
  if redis.call('BITPOS', key, 1) >= 0 then return false end
  redis.call('DEL', key)
  return true
end
local function keep(key)
  if isEmpty(key) then return '' end
  redis.call('EXPIRE', key, ARGV[1])
  return redis.call('GET', key)
end
if isEmpty(frozen) then return { '', '', '' } end
redis.call('BITOP', 'AND', unproven, frozen, shard .. 'unproven')
redis.call('BITOP', 'OR', engaged, shard .. ARGV[2], shard .. ARGV[3])
redis.call('BITOP', 'AND', engaged, engaged, frozen)
return { keep(frozen), keep(unproven), keep(engaged) }`;

/** The audience and its parts, bitmaps of slots. */
export const frozenSchema = z
  .tuple([z.instanceof(Buffer), z.instanceof(Buffer), z.instanceof(Buffer)])
  .transform(([all, unproven, engaged]) => ({ all, unproven, engaged }));
