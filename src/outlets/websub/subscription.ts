import { createHash } from 'node:crypto';
import { z } from 'zod';

const DAY_S = 24 * 3600;
/** A lease as WebSub recommends it, and its bounds, seconds. */
const LEASE_S = { least: 3600, usual: 10 * DAY_S, most: 30 * DAY_S } as const;

export const leaseOf = (wanted: number | undefined): number =>
  Math.min(Math.max(wanted ?? LEASE_S.usual, LEASE_S.least), LEASE_S.most);

/** Strangers subscribe, so there are bounds: on all, and on those of one host. */
export const MOST_SUBSCRIPTIONS = 2000;
export const MOST_PER_HOST = 100;

/** A program somewhere that gets a feed whenever it changes. */
export const hubSubscriptionSchema = z.object({
  /** The feed's own address. */
  topic: z.string(),
  callback: z.string(),
  /** Signs what is sent. */
  secret: z.string().nullable(),
  /** Milliseconds since the epoch. */
  endsAtMs: z.number(),
});
export type HubSubscription = z.infer<typeof hubSubscriptionSchema>;

/** What somebody asked the hub for, before the callback has confirmed it. */
export const hubRequestSchema = z.object({
  mode: z.enum(['subscribe', 'unsubscribe']),
  topic: z.string(),
  callback: z.string(),
  secret: z.string().nullable(),
  leaseSeconds: z.number(),
});
export type HubRequest = z.infer<typeof hubRequestSchema>;

/** Topic and callback together are a subscription (WebSub, section 5.1). The id tells neither, so logs may have it. */
export const subscriptionId = ({ topic, callback }: Pick<HubSubscription, 'topic' | 'callback'>): string =>
  createHash('sha256').update(`${topic}\n${callback}`).digest('hex').slice(0, 32);
