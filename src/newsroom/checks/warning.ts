import { z } from 'zod';

/** What an editor should look at before sending, by the check that found it. */
export const warningSchema = z.discriminatedUnion('check', [
  /** An alert of the last hours says nearly the same. */
  z.strictObject({ check: z.literal('similar'), alertId: z.string() }),
  /** A phrase of CHECKS_FILE for which a second editor must agree. */
  z.strictObject({ check: z.literal('second-person'), phrase: z.string() }),
  /** A phrase that asks for a second look. */
  z.strictObject({ check: z.literal('phrase'), phrase: z.string() }),
  z.strictObject({ check: z.literal('capitals') }),
  /** The text is in another script than its language. */
  z.strictObject({ check: z.literal('language') }),
  /** The article's page cannot be read. `reason` is English. */
  z.strictObject({ check: z.literal('link'), reason: z.string() }),
  /** The link leads to another address. */
  z.strictObject({ check: z.literal('elsewhere'), url: z.string() }),
  /** Numbers of the headline that the article's page does not have. */
  z.strictObject({ check: z.literal('numbers'), numbers: z.array(z.string()) }),
]);
export type Warning = z.infer<typeof warningSchema>;
