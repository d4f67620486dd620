import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { PUBLIC_STATUSES } from '../schema.ts';

/**
 * The newest version of an alert, or the newest that readers may see. One step: a version that comes in between would else lend
 * its status to the one before, and Redis would be waited for twice.
 *
 * KEYS: 1 alert. ARGV: 1 '1' for the version that readers may see
 * Answer: JSON of the version, its status, JSON of version 1, how often editors have changed the alert; nil: there is none
 */
export const READ_NEWEST = script(
  `
local PUBLIC = { ${PUBLIC_STATUSES.map((status) => `['${status}'] = true`).join(', ')} }
local version = redis.call('HGET', KEYS[1], 'version')
-- The newest first: a server of an earlier release does not write which version is public.
if version and ARGV[1] == '1' and not PUBLIC[redis.call('HGET', KEYS[1], 's:' .. version)] then
  version = redis.call('HGET', KEYS[1], 'public')
end
if not version then return nil end
return redis.call('HMGET', KEYS[1], 'v:' .. version, 's:' .. version, 'v:1', 'revision')`,
  z
    .tuple([z.string().nullable(), z.string().nullable(), z.string().nullable(), z.string().nullable()])
    .nullable(),
);
