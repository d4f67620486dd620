import { z } from 'zod';
import { newSubscriptionSchema, preferencesSchema } from './schema.ts';
import type { NewSubscription, StoredSubscription } from './subscription.ts';

/** A line of an export: the body of `POST /v1/subscriptions`, and the VAPID key that the browser subscribed with. */
const lineSchema = newSubscriptionSchema.extend({
  vapidKeyId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{6}$/, 'must be the id of a VAPID key')
    .optional(),
});

/** Names that other services and common packages give the three values, in a row or in an object inside it. */
const ENDPOINT = ['endpoint', 'identifier', 'push_endpoint', 'pushEndpoint'];
const P256DH = [
  'p256dh',
  'public_key',
  'publicKey',
  'p256dh_key',
  'p256dhKey',
  'web_p256',
  'keys_p256dh',
  'keys.p256dh',
];
const AUTH =
  'auth auth_token authToken auth_key authKey auth_secret authSecret web_auth keys_auth keys.auth'.split(' ');
/** Names of a row's subscription where it is not the row itself: an object, or the JSON of one. */
const NESTED = ['subscription', 'push_subscription', 'pushSubscription', 'web_push_subscription'];

type Row = Readonly<Record<string, unknown>>;

export interface LineRules {
  check(endpoint: string): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  isP256Point(key: Buffer): boolean;
  readonly knownTopics: ReadonlySet<string>;
  /** For lines without topics, such as those of other services' exports. */
  readonly defaultTopics: readonly string[];
}

/** A subscription, or the reason why the line is none (the reason contains nothing of the endpoint or the keys). */
export type ReadLine = { readonly subscription: NewSubscription } | { readonly fault: string };

/**
 * Reads one line of NDJSON by the rules of `POST /v1/subscriptions`. A line that has `subscription` and `topics` is ours, and
 * everything in it must be right. In any other line, the endpoint and the keys are found by other services' names for them.
 * Of its other members only valid preferences of ours are taken, without topics that this newsroom does not have.
 */
export function readLine(text: string, rules: LineRules): ReadLine {
  const value = parsed(text);
  if (value === undefined) return { fault: 'is not JSON' };
  const line = lineSchema.safeParse(ourForm(value, rules));
  if (!line.success) return { fault: faultOf(line.error) };
  const { subscription, vapidKeyId, ...preferences } = line.data;
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

/** Another service's row in our form; any other value unchanged, so that the schema judges it. */
function ourForm(value: unknown, rules: LineRules): unknown {
  const row = rowOf(value);
  if (row === undefined || (rowOf(row['subscription']) !== undefined && row['topics'] !== undefined))
    return value;
  const holder = NESTED.map((name) => rowOf(row[name])).find((nested) => nested !== undefined) ?? row;
  const endpoint = valueOf(holder, ENDPOINT);
  if (endpoint === undefined) return value;
  const keyHolder = rowOf(holder['keys']) ?? holder;
  const keys = { p256dh: valueOf(keyHolder, P256DH), auth: valueOf(keyHolder, AUTH) };
  return { ...preferencesOf(row, rules), subscription: { endpoint, keys } };
}

/** The members of a foreign row that are valid preferences of ours. */
function preferencesOf(row: Row, { knownTopics, defaultTopics }: LineRules): Row {
  const { topics: _theirs, ...others } = preferencesSchema.shape;
  const told = Object.entries(others).flatMap(([name, schema]) =>
    row[name] !== undefined && row[name] !== null && schema.safeParse(row[name]).success
      ? [[name, row[name]]]
      : [],
  );
  const topics = Array.isArray(row['topics'])
    ? row['topics'].filter((topic): topic is string => typeof topic === 'string' && knownTopics.has(topic))
    : [];
  return { topics: topics.length === 0 ? defaultTopics : topics, ...Object.fromEntries(told) };
}

function rowOf(value: unknown): Row | undefined {
  if (typeof value === 'string' && value.startsWith('{')) return rowOf(parsed(value));
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const valueOf = (row: Row, names: readonly string[]): unknown =>
  names.map((name) => row[name]).find((value) => typeof value === 'string' && value !== '');

function faultOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`)
    .join('; ');
}
