import { z } from 'zod';
import type { Alert } from '../alerts/schema.ts';

/** What happened to an alert, once for each version that became public. */
export const EVENT_TYPES = [
  'alert.published',
  'alert.updated',
  'alert.corrected',
  'alert.retracted',
] as const;

/** `id` is the same however often it is told: who is told may know it again. */
export const outletEventSchema = z.object({
  id: z.string(),
  type: z.enum(EVENT_TYPES),
  /** RFC 3339: when it happened. */
  at: z.string(),
  alertId: z.string(),
  version: z.number().int(),
});
export type OutletEvent = z.infer<typeof outletEventSchema>;

/** The body of a call that tells an event again. */
export const replaySchema = z.strictObject({ eventId: z.string().regex(/^[0-9a-z]{26}-\d+$/) });

const TYPES = {
  new: 'alert.published',
  update: 'alert.updated',
  correction: 'alert.corrected',
  retraction: 'alert.retracted',
} as const;

export function eventOf({ id, version, change, publishedAt, createdAt }: Alert): OutletEvent {
  return { id: `${id}-${version}`, type: TYPES[change], at: publishedAt ?? createdAt, alertId: id, version };
}

/** What is said of an attempt: in English, and by a code where the desk has words for it. */
interface Said {
  /** Of HTTP or SMTP, if there was an answer. */
  readonly status?: number;
  readonly code?: string;
  /** What the service says itself. */
  readonly detail?: string;
}

/**
 * What came of telling it once. `again`: not now; not earlier than `afterMs`, if that is said. `over`: never again, and why.
 * `later`: nothing was tried, and nothing is written down.
 */
export type Told =
  | (Said & { readonly type: 'told'; readonly reason?: string })
  | (Said & { readonly type: 'again'; readonly afterMs?: number; readonly reason: string })
  | (Said & { readonly type: 'over'; readonly reason: string })
  | { readonly type: 'later'; readonly afterMs: number };

/**
 * A way to tell somebody who is no reader of versions: webhooks, the hub, the posts in outlets. The queue, retries and the log
 * of attempts are the same for all; what differs is here. A new teller is a folder beside this file, and an entry where the
 * workers are composed.
 */
export interface Teller {
  readonly name: string;
  /** Its receivers are strangers: nobody looks at the log of their attempts, and their faults are no warning. */
  readonly forStrangers?: true;
  /** Ids of those who want to hear of such an event now. */
  receivers(event: OutletEvent): Promise<readonly string[]>;
  /** Tells one of them. @param alert the version that the event is about. @throws when Redis is away: it is tried again */
  tell(receiver: string, event: OutletEvent, alert: Alert): Promise<Told>;
}
