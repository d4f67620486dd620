import type { EditorAlert } from '../../../alerts/schema.ts';
import type { ProblemDetails } from '../answers.ts';
import type { Answer, Client } from '../client.ts';
import type { Draft } from './draft.ts';
import type { Subject } from './drafted.ts';

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
  subject: Subject,
  draft: Draft & Required<Pick<Draft, 'attempt'>>,
  isRepeat: boolean,
): Promise<Outcome> {
  const { key, attempt } = draft;
  const { body, ifMatch } = attempt;
  const answer =
    subject.change === 'edit'
      ? client.call<EditorAlert>(pathOf(subject), { method: 'PATCH', body, ifMatch })
      : client.call<EditorAlert>(pathOf(subject), { method: 'POST', body, idempotencyKey: key });
  return judge(await answer, isRepeat);
}

function pathOf(subject: Subject): string {
  if (subject.change === 'new') return '/v1/alerts';
  return subject.change === 'edit' ? `/v1/alerts/${subject.of.id}` : `/v1/alerts/${subject.of.id}/versions`;
}

export function judge(answer: Answer<EditorAlert>, isRepeat: boolean): Outcome {
  if (answer.type === 'done') return { type: 'sent', alert: answer.body };
  if (answer.type === 'refused' && !(isRepeat && ABOUT_THE_CALLER.has(answer.problem.code))) return answer;
  return answer.problem === undefined ? { type: 'unknown' } : { type: 'unknown', problem: answer.problem };
}
