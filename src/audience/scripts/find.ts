import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { SETS, SLOTS } from './parts.ts';

const bytes = z.instanceof(Buffer);

/** A subscription as a script answers it: its record, then its sets except the language's. */
export const foundSchema = z
  .tuple([bytes])
  .rest(bytes)
  .transform(([packed, ...names]) => ({ packed, sets: names.map(String) }));

/**
 * Reads a subscription. One step, because its record and its sets must be of one moment.
 *
 * KEYS: 1 shard's prefix, 2 bucket of the ids. ARGV: 1 field.
 * Answers nothing when it is not known, otherwise what {@link foundSchema} reads.
 */
export const FIND = script(
  `${SLOTS}${SETS}
local slot = redis.call('HGET', KEYS[2], ARGV[1])
if not slot then return false end
slot = tonumber(slot)
return { read(slot), unpack(setsOf(slot)) }`,
  foundSchema.nullable(),
);
