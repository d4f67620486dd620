import type { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { runScriptBuffer } from '../redis/script.ts';
import type { Addresses } from './address.ts';
import { unpackSubscription, urgencyCode } from './record.ts';
import { shardKeys } from './record-writer.ts';
import { preferencesSchema, quietHoursSchema, type Preferences, type PreferencesPatch } from './schema.ts';
import { PATCH } from './scripts/patch.ts';
import { topicSet, urgencySets } from './set-names.ts';
import type { Place } from './shard.ts';
import type { StoredSubscription } from './subscription.ts';

interface PatchDeps {
  readonly redis: Redis;
  readonly addresses: Addresses;
}

type Patched =
  | { readonly type: 'found'; readonly subscription: StoredSubscription }
  | { readonly type: 'missing' | 'denied' }
  /** The preferences would not be valid after the patch. */
  | { readonly type: 'invalid'; readonly error: z.ZodError };

/** The members that an object among the preferences must have, for the script. */
const REQUIRED = JSON.stringify({
  quietHours: Object.entries(quietHoursSchema.shape)
    .filter(([, schema]) => !schema.safeParse(undefined).success)
    .map(([name]) => name),
});

/**
 * Merges a patch into the stored preferences. A stored member that is not valid any more (a time zone that this Node does
 * not know, a language that is refused today) is removed, unless the patch names it.
 * @param patch as {@link preferencesPatchSchema} reads it: each member is valid
 */
export async function patchSubscription(
  deps: PatchDeps,
  place: Place,
  auth: Buffer,
  patch: PreferencesPatch,
): Promise<Patched> {
  const { packed, ...patched } = await run(deps, place, auth, patch);
  if (patched.type !== 'found') return patched;
  const invalid = invalidNames(patched.subscription.preferences).filter((name) => !(name in patch));
  if (invalid.length === 0) return patched;
  const removal = Object.fromEntries(invalid.map((name) => [name, null]));
  return run(deps, place, auth, removal, packed);
}

/** @param packed patches this record and no other; any by default */
async function run(
  deps: PatchDeps,
  place: Place,
  auth: Buffer,
  { topics = [], urgency, lang, ...rest }: PreferencesPatch,
  packed?: Buffer,
): Promise<Patched & { readonly packed?: Buffer }> {
  const quietest = urgency === null ? preferencesSchema.shape.urgency.parse(undefined) : urgency;
  const { type, found } = await runScriptBuffer(deps.redis, PATCH, shardKeys(place), [
    place.field,
    auth,
    packed ?? '',
    lang === undefined ? '=' : (lang ?? ''),
    quietest === undefined ? '' : urgencyCode(quietest),
    JSON.stringify(rest),
    REQUIRED,
    ...(quietest === undefined ? [] : urgencySets(quietest)),
    ...new Set(topics.map(topicSet)),
  ]);
  if (found === undefined) return { type };
  const subscription = unpackSubscription(deps.addresses, found);
  if (type === 'found') return { type, subscription, packed: found.packed };
  const checked = preferencesSchema.safeParse(subscription.preferences);
  if (checked.success) throw new Error('a script refused preferences that the schema takes');
  return { type, error: checked.error };
}

const invalidNames = (preferences: Preferences): string[] =>
  Object.entries(preferences).flatMap(([name, value]) =>
    preferencesSchema.shape[name as keyof Preferences].safeParse(value).success ? [] : [name],
  );
