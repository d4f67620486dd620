import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import type { Proof } from '../redis/durability.ts';
import { keys } from '../redis/keys.ts';
import { PUBLIC_STATUSES, editorAlertSchema, statusSchema, type EditorAlert } from './schema.ts';

/** Where one sees that a version is stored. */
export const proofOf = ({ id, version }: Pick<EditorAlert, 'id' | 'version'>): Proof => ({
  in: 'hash',
  key: keys.alert(id),
  field: `v:${version}`,
});

/** Reads a version (the newest by default) out of an alert's hash, with its status now; undefined if there is none. */
export function readVersion(
  hash: Readonly<Record<string, string>>,
  version = Number(hash['version']),
): EditorAlert | undefined {
  return parseVersion(hash[`v:${version}`], hash[`s:${version}`], hash['v:1']);
}

/** The newest version, and how often editors have changed the alert so far. */
export interface Newest {
  readonly alert: EditorAlert;
  readonly revision: number;
}

/** One version, the newest by default, without the others: an alert may have fifty. */
export async function fetchVersion(
  redis: Redis,
  id: string,
  version?: number,
): Promise<EditorAlert | undefined> {
  if (version === undefined) return (await fetchNewest(redis, id))?.alert;
  return (await fetchOne(redis, id, String(version))).found;
}

/** The newest version that readers may see; undefined if there is none. */
export async function fetchPublicVersion(redis: Redis, id: string): Promise<EditorAlert | undefined> {
  // The newest first: a server of an earlier release does not write which version is public.
  const newest = await fetchVersion(redis, id);
  if (newest === undefined || PUBLIC_STATUSES.includes(newest.status)) return newest;
  const shown = await redis.hget(keys.alert(id), 'public');
  return shown === null ? undefined : (await fetchOne(redis, id, shown)).found;
}

/** A newer version may come during the fetch; the status would then belong to an earlier one. */
export async function fetchNewest(redis: Redis, id: string): Promise<Newest | undefined> {
  let newest = await redis.hget(keys.alert(id), 'version');
  while (newest !== null) {
    const { found, newestNow, revision } = await fetchOne(redis, id, newest);
    if (newestNow === newest) return found && { alert: found, revision };
    newest = newestNow;
  }
  return undefined;
}

async function fetchOne(redis: Redis, id: string, version: string) {
  const [stored, status, first, newestNow = null, revision] = await redis.hmget(
    keys.alert(id),
    `v:${version}`,
    `s:${version}`,
    'v:1',
    'version',
    'revision',
  );
  return { found: parseVersion(stored, status, first), newestNow, revision: Number(revision ?? 0) };
}

/** Earlier releases wrote no author, which is the editor who created version 1, and had no reviews, no texts of pictures and no stories. */
const storedSchema = editorAlertSchema.extend({
  author: z.string().optional(),
  ownExpiry: editorAlertSchema.shape.ownExpiry.default(true),
  review: editorAlertSchema.shape.review.default(null),
  imageAlt: editorAlertSchema.shape.imageAlt.default(null),
  imageCaption: editorAlertSchema.shape.imageCaption.default(null),
  imageCredit: editorAlertSchema.shape.imageCredit.default(null),
  story: editorAlertSchema.shape.story.default(null),
  escalate: editorAlertSchema.shape.escalate.default(false),
});

function parseVersion(
  stored: string | null | undefined,
  status: string | null | undefined,
  first: string | null | undefined,
): EditorAlert | undefined {
  if (typeof stored !== 'string') return undefined;
  const alert = storedSchema.parse(JSON.parse(stored));
  const author = alert.author ?? storedSchema.parse(JSON.parse(first ?? stored)).createdBy;
  return { ...alert, author, status: statusSchema.parse(status) };
}
