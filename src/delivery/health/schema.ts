import { z } from 'zod';
import { urgencySchema } from '../../alerts/schema.ts';

const count = z.number().int().min(0);

/** What came of some alerts on devices, and how many readers turned notifications off after them. */
const figures = {
  audience: count,
  accepted: count,
  shown: count.describe('Of devices that told so: not all can'),
  opened: count,
  left: count.describe('Readers who turned notifications off on a page within six hours'),
  gone: count.describe(
    'Readers whose push service said with the next alert, within a day, that they are gone',
  ),
};

/** Days are of UTC. */
export const healthSchema = z.strictObject({
  days: z
    .array(
      z.strictObject({
        day: z.string(),
        optIns: count.describe('New subscriptions; a few of them may be of strangers'),
        left: count.describe('Turned off by the reader on a page'),
        gone: count.describe(
          'Removed because the push service said so: most of them blocked us in the browser',
        ),
      }),
    )
    .describe('The last 30 days, the newest first'),
  alerts: z
    .array(
      z.strictObject({
        alertId: z.string(),
        headline: z.string(),
        lang: z.string(),
        publishedAt: z.string(),
        urgency: urgencySchema,
        topics: z.array(z.string()),
        ...figures,
      }),
    )
    .describe('The last alerts that went to somebody, the newest first; of each its first version'),
  topics: z
    .array(z.strictObject({ topic: z.string(), alerts: count, ...figures }))
    .describe('Sums of the last 30 days. An alert counts in each of its topics'),
  urgencies: z.array(z.strictObject({ urgency: urgencySchema, alerts: count, ...figures })),
});
export type Health = z.infer<typeof healthSchema>;

export type Figures = Pick<Health['alerts'][number], keyof typeof figures>;
