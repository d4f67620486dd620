import { reviewSchema } from '../../../alerts/input.ts';
import { refusalOf, type Action } from '../../../alerts/life-cycle.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskSession } from '../answers.ts';
import type { Answer, Client } from '../client.ts';

/**
 * What an editor can do with a version that no reader sees yet. `schedule`: it leaves at its own time. `bypass`: an approver
 * approves what they wrote.
 */
export type Step =
  Extract<Action, 'submit' | 'approve' | 'reject' | 'withdraw' | 'cancel'> | 'schedule' | 'bypass';
const STEPS: readonly Step[] = ['approve', 'schedule', 'submit', 'reject', 'bypass', 'withdraw', 'cancel'];
/** Of these, the first that is allowed stands out. */
const MAIN: ReadonlySet<Step> = new Set<Step>(['approve', 'schedule', 'submit']);

export const isMain = (step: Step): boolean => MAIN.has(step);
/** Whether readers get the version by it, at once or at its time. */
export const isSending = (step: Step): boolean => step === 'bypass' || isMain(step);

/** The steps that this editor may take now. */
export function stepsOf(alert: EditorAlert, editor: DeskSession['editor'], nowMs: number): readonly Step[] {
  const isAhead = alert.sendAt !== null && Date.parse(alert.sendAt) > nowMs;
  return STEPS.filter((step) => {
    if (step === 'schedule' && !(isAhead && alert.status === 'draft')) return false;
    if (step === 'bypass') return mayBypass(alert, editor);
    if (step === 'withdraw') return mayWithdraw(alert, editor);
    return refusalOf(step === 'schedule' ? 'submit' : step, alert, editor) === undefined;
  });
}

/** Whether the alert was approved, and the editor may take that back. */
export const mayWithdraw = (alert: EditorAlert, editor: DeskSession['editor']): boolean =>
  alert.approvedBy !== null && refusalOf('withdraw', alert, editor) === undefined;

/** Whether nothing keeps the editor from approving but that they wrote it: a reason lifts that alone. */
function mayBypass(alert: EditorAlert, editor: DeskSession['editor']): boolean {
  const ofAnother = { ...alert, author: '', createdBy: '' };
  return (
    refusalOf('approve', alert, editor) === 'own-approval' &&
    refusalOf('approve', ofAnother, editor) === undefined
  );
}

/** Whether the API takes it as the reason of a bypass. */
export const isReason = (reason: string): boolean =>
  reviewSchema.safeParse({ decision: 'approve', bypass: { reason } }).success;

/** When a version leaves after this step, ms since the epoch; undefined: at once. */
export const leavesAt = (step: Step, { sendAt }: EditorAlert, nowMs: number): number | undefined =>
  isSending(step) && step !== 'submit' && sendAt !== null && Date.parse(sendAt) > nowMs
    ? Date.parse(sendAt)
    : undefined;

interface StepOptions {
  /** To the author, of a rejection. */
  readonly note?: string;
  /** Of a bypass. */
  readonly reason?: string;
  readonly allowDuplicate?: boolean;
  /** Whether the server holds what would leave now for the newsroom's `undoSeconds`. */
  readonly undoable?: boolean;
}

export function takeStep(
  client: Client,
  id: string,
  step: Step,
  { note = '', reason = '', allowDuplicate = false, undoable = false }: StepOptions = {},
): Promise<Answer<EditorAlert>> {
  const post = (path: string, body?: object): Promise<Answer<EditorAlert>> =>
    client.call<EditorAlert>(`/v1/alerts/${id}/${path}`, { method: 'POST', ...(body && { body }) });
  const options = { ...(allowDuplicate ? { allowDuplicate } : {}), ...(undoable ? { undoable } : {}) };
  switch (step) {
    case 'withdraw':
      return client.call<EditorAlert>(`/v1/alerts/${id}/approval`, { method: 'DELETE' });
    case 'cancel':
      return post('cancellation');
    case 'schedule':
      return post('submission', options);
    case 'submit':
      // The button says now, whatever the schedule said.
      return post('submission', { sendAt: null, ...options });
    case 'approve':
      return post('approval', { decision: 'approve', ...options });
    case 'bypass':
      return post('approval', { decision: 'approve', bypass: { reason }, ...options });
    case 'reject':
      break;
  }
  return post('approval', { decision: 'reject', ...(note === '' ? {} : { note }) });
}
