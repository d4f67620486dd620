import { z } from 'zod';
import type { Addresses, ParsedAddress } from './address.ts';
import { parsed, rowOf, type Row } from './row.ts';
import { preferencesSchema, type Preferences } from './schema.ts';
import type { StoredSubscription } from './subscription.ts';

/** Faults of a line that are named. */
const MOST_FAULTS = 3;

export interface LineRules {
  readonly addresses: Addresses;
  readonly knownTopics: ReadonlySet<string>;
  /** For lines without topics, such as those of other services' exports. */
  readonly defaultTopics: readonly string[];
}

/** A subscription, or the reason why the line is none (the reason contains nothing of the address). */
export type ReadLine = { readonly subscription: StoredSubscription } | { readonly fault: string };

/**
 * Reads one line of NDJSON by the rules of `POST /v1/subscriptions`. A line that has `subscription` and `topics` is ours, and
 * everything in it must be right. In any other line, the channels find the address by other services' names for its parts.
 * Of its other members only valid preferences of ours are taken, without topics that this newsroom does not have.
 */
export function readLine(text: string, rules: LineRules): ReadLine {
  const value = parsed(text);
  if (value === undefined) return { fault: 'is not JSON' };
  const ours = ourForm(value, rules);
  const parts = readParts(ours, rules.addresses);
  if ('fault' in parts) return parts;
  const { read, preferences } = parts;
  if (!read.ok) return { fault: `${['subscription', ...read.at].join('.')}: ${read.reason}` };
  const unknown = preferences.topics.find((topic) => !rules.knownTopics.has(topic));
  if (unknown !== undefined) return { fault: `topics: ${unknown} is not a topic of this newsroom` };
  return { subscription: { address: read.address, preferences } };
}

/** The line of a subscription, without its line end. It holds the reader's secrets. */
export function writeLine(addresses: Addresses, { address, preferences }: StoredSubscription): string {
  const { subscription, beside } = addresses.of(address.endpoint).toJson(address);
  const { topics, urgency, ...rest } = preferences;
  return JSON.stringify({ subscription, topics, urgency, ...rest, ...beside });
}

const NOTHING = z.object({});

/** The parts of a line in our form, each by its schema: what the reader chose, and what is the channel's. */
function readParts(
  value: unknown,
  addresses: Addresses,
): { readonly read: ParsedAddress; readonly preferences: Preferences } | { readonly fault: string } {
  const { subscription: json, ...others } = rowOf(value) ?? {};
  const codec = addresses.judgeOf(json);
  const besideSchema = codec.beside ?? NOTHING;
  const beside = besideSchema.safeParse(others);
  const chosen = Object.entries(others).filter(([name]) => !(name in besideSchema.shape));
  const preferences = preferencesSchema.safeParse(Object.fromEntries(chosen));
  const subscription = codec.schema.safeParse(json);
  if (preferences.success && subscription.success && beside.success) {
    return { read: codec.parse(subscription.data, beside.data), preferences: preferences.data };
  }
  return {
    fault: [...faultsOf(preferences), ...faultsOf(subscription, 'subscription'), ...faultsOf(beside)]
      .slice(0, MOST_FAULTS)
      .join('; '),
  };
}

function faultsOf({ error }: z.ZodSafeParseResult<unknown>, ...within: string[]): string[] {
  return (error?.issues ?? []).map(
    ({ path, message }) => `${[...within, ...path].join('.') || 'line'}: ${message}`,
  );
}

/** Another service's row in our form; any other value unchanged, so that the schemas judge it. */
function ourForm(value: unknown, rules: LineRules): unknown {
  const row = rowOf(value);
  if (row === undefined || (rowOf(row['subscription']) !== undefined && row['topics'] !== undefined))
    return value;
  const subscription = rules.addresses.inRow(row);
  return subscription === undefined ? value : { ...preferencesOf(row, rules), subscription };
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
