import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskConfig } from '../answers.ts';
import type { Subject } from '../writing/drafted.ts';

/** The longest time for which the newsroom may let a send be undone, and as much as our clock may be late. */
const MOST_UNDO_MS = 30_000 + 1500;

/**
 * Whether the alert is about to leave. A send that can be undone is scheduled by the server for some seconds later, so this
 * is all that tells it, after a reload too; the last seconds of any other schedule look the same, and can be stopped alike.
 */
export const isUndoable = ({ status, sendAt }: EditorAlert, nowMs: number): boolean =>
  status === 'scheduled' && sendAt !== null && Date.parse(sendAt) - nowMs <= MOST_UNDO_MS;

/** Whether the server may hold what is sent, so that it can be undone. A retraction waits for nothing. */
export function mayUndo({ change }: Subject, body: object, { undoSeconds }: DeskConfig): boolean {
  return undoSeconds > 0 && change !== 'retraction' && change !== 'edit' && !('sendAt' in body);
}
