import { z } from 'zod';
import { script } from '../../../redis/script.ts';

/** The id of a stream entry is `<offset>-0`. */
const offset = z.string().transform((id) => Number(id.split('-', 1)[0]));

/**
 * Reads the log from an offset on. One step, because the entries count only under the epoch that was valid when they were
 * read.
 *
 * KEYS: stream, epoch.
 * ARGV: epoch to use if there is none, offset after which to read, entries to read at most.
 * Answer: epoch; offset of the newest entry, 0 when there is none; the entries, oldest first: offset, alert as JSON.
 */
export const READ = script(
  `
redis.call('SET', KEYS[2], ARGV[1], 'NX')
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])
return {redis.call('GET', KEYS[2]), last[1] and last[1][1] or '0-0', entries}`,
  z.tuple([
    z.string(),
    offset,
    z.array(z.tuple([offset, z.tuple([z.literal('alert'), z.string()]).transform(([, json]) => json)])),
  ]),
);
