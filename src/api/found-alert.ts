import type { Request, Response } from 'express';
import type { Newest } from '../alerts/record.ts';
import type { EditorAlert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { Editor } from '../editors/schema.ts';
import { notFound } from '../newsroom/refusals.ts';

/** @throws {Problem} 404 if there is no such alert, or this caller may not see it */
export async function findAlert(
  alerts: Pick<AlertStore, 'get' | 'getPublic'>,
  request: Request,
  editor: Editor | undefined,
  version?: number,
): Promise<EditorAlert> {
  const id = String(request.params['id']);
  const alert = await (editor === undefined ? alerts.getPublic(id) : alerts.get(id, version));
  if (alert === undefined) throw notFound();
  return alert;
}

/** The alert as editors see it, with the entity tag that names its revision (RFC 9110, section 8.8.3). */
export async function answerNewest(
  alerts: Pick<AlertStore, 'read'>,
  request: Request,
  response: Response,
): Promise<void> {
  const newest = await alerts.read(String(request.params['id']));
  if (newest === undefined) throw notFound();
  response.set('ETag', tagOf(newest)).json(newest.alert);
}

/**
 * `"version.revision.status"`. The status belongs to it although only editors' changes count for If-Match: a worker changes
 * the status too, and a cache must not call the old answer fresh.
 */
const tagOf = ({ alert, revision }: Newest): string => `"${alert.version}.${revision}.${alert.status}"`;
