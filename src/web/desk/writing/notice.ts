import { html, nothing, type TemplateResult } from 'lit';
import type { ProblemDetails } from '../answers.ts';
import { refusalText } from '../refusal-text.ts';
import { fill, type Words } from '../words/words.ts';

/** What the editor must know before going on. */
export type Notice =
  | { readonly type: 'faults'; readonly count: number }
  | { readonly type: 'discarded' }
  /** An attempt went without an answer. */
  | { readonly type: 'unknown'; readonly problem?: ProblemDetails | undefined }
  /** The draft's key was used with another text. */
  | { readonly type: 'conflict' }
  | { readonly type: 'problem'; readonly problem: ProblemDetails };

/** What the editor can do about it. */
export interface NoticeActions {
  readonly tryAgain: () => void;
  readonly changeText: () => void;
  readonly sendAllTheSame: () => void;
  readonly newDraft: () => void;
  readonly undoDiscard: () => void;
}

/** Says what happened, and offers what can be done about it. */
export function renderNotice(
  notice: Notice | undefined,
  words: Words,
  actions: NoticeActions,
): TemplateResult {
  return html`<div role="alert">${notice === undefined ? nothing : renderOne(notice, words, actions)}</div>`;
}

function renderOne(notice: Notice, words: Words, actions: NoticeActions): TemplateResult {
  const { text } = words;
  switch (notice.type) {
    case 'faults':
      return html`<p class="notice faults">${words.plural(notice.count, text.faults)}</p>`;
    case 'discarded':
      return html`<p class="notice">
        ${text.discarded} <button type="button" @click=${actions.undoDiscard}>${text.undo}</button>
      </p>`;
    case 'unknown': {
      const isStored = notice.problem?.code === 'not-replicated';
      return box(
        'doubt',
        isStored ? text.oneMachine : text.inDoubt,
        html`<p>
          ${isStored ? text.oneMachineText : whyUnknown(notice.problem, words)} ${text.inDoubtSafe}
        </p>`,
        [
          [text.tryAgain, actions.tryAgain, 'main'],
          [text.changeText, actions.changeText],
        ],
      );
    }
    case 'conflict':
      return box('doubt', text.conflict, html`<p>${text.conflictText}</p>`, [
        [text.asNewDraft, actions.newDraft],
      ]);
    case 'problem':
      break;
  }
  return renderProblem(notice.problem, words, actions);
}

function renderProblem(problem: ProblemDetails, words: Words, actions: NoticeActions): TemplateResult {
  const { text } = words;
  switch (problem.code) {
    case 'duplicate-alert': {
      const link = html`<p>${text.duplicateText} <a href="#/${problem.alertId}">${text.openThat}</a></p>`;
      const what = problem.shares === 'article' ? text.duplicateArticle : text.duplicate;
      return box('faults', what, link, [[text.sendAllTheSame, actions.sendAllTheSame]]);
    }
    case 'forbidden':
      return box('faults', text.notAllowed);
    case 'precondition-failed':
      return box('faults', text.editConflict, html`<p>${text.versionConflictText}</p>`);
    case 'version-conflict':
      return box('faults', text.versionConflict, html`<p>${text.versionConflictText}</p>`);
    case 'wrong-status':
      return box('faults', text.wrongStatus);
    case 'too-many-requests':
      return box('faults', fill(text.waitSeconds, { time: words.wait(problem.retryAfterSeconds ?? 60) }));
    default:
      return box('faults', text.refused, html`<p>${refusalText('alerts', problem, words)}</p>`);
  }
}

function whyUnknown(problem: ProblemDetails | undefined, { text }: Words): string {
  if (problem !== undefined) return text.inDoubtAway;
  return navigator.onLine ? text.inDoubtSilent : text.inDoubtOffline;
}

function box(
  kind: 'doubt' | 'faults',
  heading: string,
  content: TemplateResult | typeof nothing = nothing,
  buttons: readonly [label: string, action: () => void, style?: 'main'][] = [],
): TemplateResult {
  return html`
    <section class="notice ${kind}">
      <h2 tabindex="-1">${heading}</h2>
      ${content}
      <div class="buttons">
        ${buttons.map(
          ([label, action, style = '']) =>
            html`<button type="button" class=${style} @click=${action}>${label}</button>`,
        )}
      </div>
    </section>
  `;
}
