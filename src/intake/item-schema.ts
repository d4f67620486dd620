import { z } from 'zod';
import type { Item } from './item.ts';
import { reasonSchema } from './reasons.ts';

const text = z.string().nullable();

/** An {@link Item} that was stored. */
export const itemSchema: z.ZodType<Item> = z.object({
  id: z.string(),
  edition: text,
  version: z.object({ number: z.number().nullable(), madeAt: z.number().nullable() }),
  follows: z.array(z.string()),
  change: z.enum(['update', 'correction', 'withdrawal', 'hold']),
  unfit: reasonSchema.nullable(),
  stale: reasonSchema.nullable(),
  note: text.exactOptional(),
  asks: text.exactOptional(),
  headline: z.string(),
  body: text,
  url: text.exactOptional(),
  page: z.string().exactOptional(),
  marks: z.array(z.string()).exactOptional(),
  lang: text,
  subjects: z.array(z.string()),
  urgency: text,
  isSensitive: z.boolean(),
  embargoedUntil: text,
  expiresAt: text,
});
