import type { Action } from '../../../alerts/life-cycle.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Answer, Client } from '../client.ts';

/** What an editor can do with a version that no reader sees yet. The first that is allowed stands out. */
export type Step = Extract<Action, 'submit' | 'approve' | 'reject' | 'cancel'>;
export const STEPS: readonly Step[] = ['approve', 'submit', 'reject', 'cancel'];

/** @param note to the author, of a rejection */
export function takeStep(
  client: Client,
  id: string,
  step: Step,
  options: { readonly note: string; readonly allowDuplicate: boolean },
): Promise<Answer<EditorAlert>> {
  const post = (path: string, body?: object): Promise<Answer<EditorAlert>> =>
    client.call<EditorAlert>(`/v1/alerts/${id}/${path}`, { method: 'POST', ...(body && { body }) });
  const again = options.allowDuplicate ? { allowDuplicate: true } : {};
  if (step === 'cancel') return post('cancellation');
  // The button says now, whatever the schedule said.
  if (step === 'submit') return post('submission', { sendAt: null, ...again });
  if (step === 'approve') return post('approval', { decision: 'approve', ...again });
  return post('approval', { decision: 'reject', ...(options.note === '' ? {} : { note: options.note }) });
}
