import type { AlertStatus, EditorAlert } from '../alerts/schema.ts';
import type { NewsroomSettings } from './settings.ts';

/** Where a version goes from the newsroom's desk. */
export function statusOnward(
  { sendAt }: Pick<EditorAlert, 'sendAt'>,
  isAgreed: boolean,
  nowMs: number,
): Extract<AlertStatus, 'sending' | 'scheduled' | 'awaiting-approval'> {
  if (!isAgreed) return 'awaiting-approval';
  return sendAt !== null && Date.parse(sendAt) > nowMs ? 'scheduled' : 'sending';
}

/**
 * When a version leaves: at its time, or after the seconds in which the editor can undo it. Until then it is scheduled like
 * any other: nothing has left, cancelling it undoes it, and submitting it without a time sends it now.
 * @param sendAt RFC 3339; null: as soon as it may
 * @param undoable whether it is held for an undo if it would leave now
 */
export function timeOnward(
  sendAt: string | null,
  undoable: boolean | null | undefined,
  { undoSeconds }: Pick<NewsroomSettings, 'undoSeconds'>,
  nowMs: number,
): string | null {
  if (undoable !== true || undoSeconds === 0) return sendAt;
  const earliest = nowMs + undoSeconds * 1000;
  return sendAt !== null && Date.parse(sendAt) >= earliest ? sendAt : new Date(earliest).toISOString();
}
