import { refusalOf, type Action } from '../../../alerts/life-cycle.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskConfig, DeskSession } from '../answers.ts';
import type { Answer, Client } from '../client.ts';

/** What an editor can do with a version that no reader sees yet. `schedule`: it leaves at its own time. */
export type Step = Extract<Action, 'submit' | 'approve' | 'reject' | 'cancel'> | 'schedule';
/** The first that is allowed stands out. */
const STEPS: readonly Step[] = ['approve', 'schedule', 'submit', 'reject', 'cancel'];

/** The steps that this editor may take now. */
export function stepsOf(alert: EditorAlert, editor: DeskSession['editor'], nowMs: number): readonly Step[] {
  const isAhead = alert.sendAt !== null && Date.parse(alert.sendAt) > nowMs;
  return STEPS.filter((step) => {
    if (step === 'schedule' && !(isAhead && alert.status === 'draft')) return false;
    return refusalOf(step === 'schedule' ? 'submit' : step, alert, editor) === undefined;
  });
}

/** When a version leaves after this step, ms since the epoch; undefined: at once. */
export const leavesAt = (step: Step, { sendAt }: EditorAlert, nowMs: number): number | undefined =>
  (step === 'schedule' || step === 'approve') && sendAt !== null && Date.parse(sendAt) > nowMs
    ? Date.parse(sendAt)
    : undefined;

interface StepOptions {
  /** To the author, of a rejection. */
  readonly note: string;
  readonly allowDuplicate: boolean;
  /** So long it is held, so that the editor can undo it. */
  readonly holdMs?: number;
}

export function takeStep(
  client: Client,
  id: string,
  step: Step,
  { note, allowDuplicate, holdMs = 0 }: StepOptions,
): Promise<Answer<EditorAlert>> {
  const post = (path: string, body?: object): Promise<Answer<EditorAlert>> =>
    client.call<EditorAlert>(`/v1/alerts/${id}/${path}`, { method: 'POST', ...(body && { body }) });
  const again = allowDuplicate ? { allowDuplicate: true } : {};
  switch (step) {
    case 'cancel':
      return post('cancellation');
    case 'schedule':
      return post('submission', again);
    case 'submit': {
      // The button says now, whatever the schedule said.
      const sendAt = holdMs === 0 ? null : new Date(client.now() + holdMs).toISOString();
      return post('submission', { sendAt, ...again });
    }
    case 'approve':
      return post('approval', { decision: 'approve', ...again });
    case 'reject':
      break;
  }
  return post('approval', { decision: 'reject', ...(note === '' ? {} : { note }) });
}

/** A draft is held as an alert is that is sent from the writing page. What was scheduled has waited long enough. */
export const holdOf = (alert: EditorAlert, { undoSeconds = 0 }: DeskConfig): number =>
  alert.status === 'draft' ? undoSeconds * 1000 : 0;
