import type { EditorAlert } from '../../../alerts/schema.ts';
import type { ProblemDetails } from '../answers.ts';
import type { Answer, Client } from '../client.ts';
import type { Draft } from './draft.ts';

/**
 * What is known after an attempt.
 * `sent`: the alert is there, once. `refused`: nothing was sent. `unknown`: it may have been; only the same request with
 * the same key finds out, and sends at most once.
 */
export type Outcome =
  | { readonly type: 'sent'; readonly alert: EditorAlert }
  | { readonly type: 'refused'; readonly problem: ProblemDetails }
  | { readonly type: 'unknown'; readonly problem?: ProblemDetails };

/** These say nothing of the request itself: an earlier try of it may have been done all the same. */
const ABOUT_THE_CALLER = new Set(['unauthenticated', 'csrf-refused', 'forbidden', 'too-many-requests']);

/** Sends the draft's attempt. @param isRepeat whether an earlier try of it went without an answer */
export async function sendDraft(
  client: Client,
  path: string,
  draft: Draft & Required<Pick<Draft, 'attempt'>>,
  isRepeat: boolean,
): Promise<Outcome> {
  const { key, attempt } = draft;
  return judge(
    await client.call<EditorAlert>(path, { method: 'POST', body: attempt.body, idempotencyKey: key }),
    isRepeat,
  );
}

export function judge(answer: Answer<EditorAlert>, isRepeat: boolean): Outcome {
  if (answer.type === 'done') return { type: 'sent', alert: answer.body };
  if (answer.type === 'refused' && !(isRepeat && ABOUT_THE_CALLER.has(answer.problem.code))) return answer;
  return answer.problem === undefined ? { type: 'unknown' } : { type: 'unknown', problem: answer.problem };
}
