import { z } from 'zod';
import { SERVICES } from './services.ts';
import { statusSchema } from '../../alerts/schema.ts';

/** The report's outcomes: `held` is what readers' rules held back, for the reasons in the report's `held`. */
export const REPORTED = ['accepted', 'pending', 'gone', 'rejected', 'failed', 'expired', 'held'] as const;
export type Reported = (typeof REPORTED)[number];

const count = z.number().int().min(0);
const ms = z.number().min(0).nullable();

/**
 * The report of one version, as the API answers it and the desk reads it. The outcomes always add up to `audience`. Times
 * are ms since the version was accepted.
 */
export const reportSchema = z.strictObject({
  alertId: z.string(),
  version: z.number().int().min(1),
  status: statusSchema,
  supersededBy: z.number().int().min(2).nullable().describe('The version that replaced a `superseded` one'),
  silent: z
    .boolean()
    .describe(
      'The version was silent: its audience are the readers that were still to get the version before it',
    ),
  audience: count,
  outcomes: z
    .strictObject({
      pending: count,
      accepted: count,
      gone: count,
      rejected: count,
      failed: count,
      expired: count,
      held: count,
    })
    .describe('The counts add up to `audience`'),
  services: z
    .array(
      z.strictObject({
        service: z.enum(SERVICES),
        outcomes: z.strictObject({
          accepted: count,
          gone: count,
          rejected: count,
          failed: count,
          expired: count,
          held: count,
        }),
      }),
    )
    .describe(
      'The outcomes by push service, most deliveries first. A delivery whose subscription had left before it was read is in none',
    ),
  held: z
    .strictObject({ quiet: count, cap: count })
    .describe('Why deliveries were held back: quiet hours of the reader, or the daily cap'),
  paced: z
    .array(z.strictObject({ service: z.enum(SERVICES), perMinute: z.number().int().min(1) }))
    .describe(
      'Push services that now take only so many messages a minute, while deliveries are pending: readers who open alerts go first',
    ),
  live: z.strictObject({ connections: count }),
  receipts: z.strictObject({ shown: count, opened: count }),
  timing: z.strictObject({
    firstMs: ms,
    p50Ms: ms,
    p90Ms: ms,
    p99Ms: ms,
    lastMs: ms,
    withinTwoMinutes: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Share of the audience accepted within 120 s; null while the audience is empty'),
  }),
  curve: z.array(z.tuple([z.number(), z.number()])).describe('[ms, deliveries accepted until then]'),
});
export type Report = z.infer<typeof reportSchema>;

/** What readers of some topics had lately, and what came of it. */
export const recentSchema = z.strictObject({
  today: count.describe('Alerts of the last 24 hours with at least one of the topics'),
  week: count.describe('Alerts of the last seven days'),
  last: z
    .strictObject({ accepted: count, opened: count, left: count })
    .describe(
      'Of the last ten of these whose first version reached somebody: deliveries accepted, opened, and readers who turned notifications off after them',
    ),
  paced: z
    .array(z.strictObject({ service: z.enum(SERVICES), perMinute: z.number().int().min(1) }))
    .describe('Push services that take only so many messages a minute now'),
  ready: z
    .strictObject({ armed: count, proven: count })
    .describe(
      'Of all subscriptions that a push service has taken a message for (proven): those whose next message needs no key exchange any more (armed), and leaves in half the time',
    ),
});
export type Recent = z.infer<typeof recentSchema>;
