import { editorAlertSchema, statusSchema, type EditorAlert } from './schema.ts';

/** Reads a version (the newest by default) out of an alert's hash, with its status now; undefined if there is none. */
export function readVersion(
  hash: Readonly<Record<string, string>>,
  version = Number(hash['version']),
): EditorAlert | undefined {
  const stored = hash[`v:${version}`];
  if (stored === undefined) return undefined;
  const status = statusSchema.parse(hash[`s:${version}`]);
  return { ...editorAlertSchema.parse(JSON.parse(stored)), status };
}
