import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { editorAlertSchema, statusSchema, type EditorAlert } from './schema.ts';

/** Reads a version (the newest by default) out of an alert's hash, with its status now; undefined if there is none. */
export function readVersion(
  hash: Readonly<Record<string, string>>,
  version = Number(hash['version']),
): EditorAlert | undefined {
  return parseVersion(hash[`v:${version}`], hash[`s:${version}`]);
}

/** The same from Redis, without the other versions: an alert may have fifty. A version that is there stays there. */
export async function fetchVersion(
  redis: Redis,
  id: string,
  version?: number,
): Promise<EditorAlert | undefined> {
  const key = keys.alert(id);
  const wanted = version ?? (await redis.hget(key, 'version'));
  if (wanted === null) return undefined;
  const [stored, status] = await redis.hmget(key, `v:${wanted}`, `s:${wanted}`);
  return parseVersion(stored ?? undefined, status ?? undefined);
}

function parseVersion(stored: string | undefined, status: string | undefined): EditorAlert | undefined {
  if (stored === undefined) return undefined;
  return { ...editorAlertSchema.parse(JSON.parse(stored)), status: statusSchema.parse(status) };
}
