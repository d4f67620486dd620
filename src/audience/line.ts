import { z } from 'zod';
import type { StoredSubscription } from './record-writer.ts';
import { newSubscriptionSchema, preferencesSchema } from './schema.ts';
import type { NewSubscription } from './subscriptions.ts';

/** A line of an export: the body of `POST /v1/subscriptions`, and the VAPID key that the browser subscribed with. */
const lineSchema = newSubscriptionSchema.extend({
  vapidKeyId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{6}$/, 'must be the id of a VAPID key')
    .optional(),
});

const foreignRow = z.looseObject({ endpoint: z.string() });
const PREFERENCES = Object.keys(preferencesSchema.shape);

export interface LineRules {
  check(endpoint: string): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  isP256Point(key: Buffer): boolean;
  readonly knownTopics: ReadonlySet<string>;
  /** For lines that name none, as other services' exports do. */
  readonly defaultTopics: readonly string[];
}

/** A line as a subscription, or why it is none (nothing of the endpoint or the keys is in it). */
export type ReadLine = { readonly subscription: NewSubscription } | { readonly fault: string };

/**
 * Reads one line of NDJSON by the rules of `POST /v1/subscriptions`. Besides our own form it takes what other services
 * keep: a bare `PushSubscription.toJSON()`, or a flat row `{endpoint, p256dh, auth}`, each with or without preferences of
 * ours beside it; fields that are not ours are then left out.
 */
export function readLine(text: string, rules: LineRules): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'is not JSON' };
  }
  const parsed = lineSchema.safeParse(ourForm(value, rules.defaultTopics));
  if (!parsed.success) return { fault: faultOf(parsed.error) };
  const { subscription, vapidKeyId, ...preferences } = parsed.data;
  const p256dh = Buffer.from(subscription.keys.p256dh, 'base64url');
  if (!rules.isP256Point(p256dh)) return { fault: 'subscription.keys.p256dh: must be a point on P-256' };
  const verdict = rules.check(subscription.endpoint);
  if (!verdict.ok) return { fault: `subscription.endpoint: ${verdict.reason}` };
  const unknown = preferences.topics.find((topic) => !rules.knownTopics.has(topic));
  if (unknown !== undefined) return { fault: `topics: ${unknown} is not a topic of this newsroom` };
  const auth = Buffer.from(subscription.keys.auth, 'base64url');
  return { subscription: { endpoint: subscription.endpoint, p256dh, auth, vapidKeyId, preferences } };
}

/** The line of a subscription, without its line end. It holds the reader's secrets. */
export function writeLine({ endpoint, p256dh, auth, vapidKeyId, preferences }: StoredSubscription): string {
  const { topics, urgency, ...rest } = preferences;
  return JSON.stringify({
    subscription: {
      endpoint,
      keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') },
    },
    topics,
    urgency,
    ...rest,
    vapidKeyId,
  });
}

/** Another service's row in our form; anything else is left as it is, for the schema to judge. */
function ourForm(value: unknown, defaultTopics: readonly string[]): unknown {
  const row = foreignRow.safeParse(value).data;
  if (row === undefined) return value;
  const told = PREFERENCES.map((name) => [name, row[name]] as const);
  return {
    topics: defaultTopics,
    ...Object.fromEntries(told.filter(([, preference]) => preference !== undefined && preference !== null)),
    subscription: {
      endpoint: row.endpoint,
      keys: row['keys'] ?? { p256dh: row['p256dh'], auth: row['auth'] },
    },
  };
}

function faultOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`)
    .join('; ');
}
