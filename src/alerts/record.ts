import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import type { Proof } from '../redis/durability.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { editorAlertSchema, statusSchema, type EditorAlert } from './schema.ts';
import { READ_NEWEST } from './scripts/read-newest.ts';

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
  const [stored, status, first] = await redis.hmget(keys.alert(id), `v:${version}`, `s:${version}`, 'v:1');
  return parseVersion(stored, status, first);
}

/** The newest version that readers may see; undefined if there is none. */
export const fetchPublicVersion = async (redis: Redis, id: string): Promise<EditorAlert | undefined> =>
  (await newest(redis, id, 'readers'))?.alert;

export const fetchNewest = (redis: Redis, id: string): Promise<Newest | undefined> =>
  newest(redis, id, 'editors');

async function newest(redis: Redis, id: string, who: 'editors' | 'readers'): Promise<Newest | undefined> {
  const found = await runScript(redis, READ_NEWEST, [keys.alert(id)], [who === 'readers' ? '1' : '']);
  if (found === null) return undefined;
  const [stored, status, first, revision] = found;
  const alert = parseVersion(stored, status, first);
  return alert && { alert, revision: Number(revision ?? 0) };
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
