import { html, nothing, type TemplateResult } from 'lit';
import { refusalOf, type Action } from '../../alerts/life-cycle.ts';
import type { NewVersion } from '../../alerts/input.ts';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { Report } from '../../delivery/report/schema.ts';
import type { Answer } from './client.ts';
import type { DeskShared } from './desk-context.ts';
import { KEYS } from './keyboard/keys.ts';
import { fill, type Words } from './words/words.ts';

/** How an attempt to stop an alert ended: the word that says so. */
export type Aborted = 'aborted' | 'abortTooLate' | 'abortUnknown' | 'notAllowed';

export function abortedBy(answer: Answer<unknown>): Aborted {
  if (answer.type === 'done') return 'aborted';
  if (answer.type === 'silent') return 'abortUnknown';
  return answer.problem.code === 'wrong-status' ? 'abortTooLate' : 'notAllowed';
}

/** What can be written about an alert: its next version, or an edit while it waits. */
export type Writing = NewVersion['change'] | 'edit';

/**
 * What this editor can still do about what readers have. Abort comes last: when sending ends, it goes away, and no other button may
 * move under the pointer.
 */
export function renderActions(
  alert: EditorAlert,
  desk: DeskShared,
  on: {
    readonly aborted: Aborted | undefined;
    readonly onAbort: () => void;
    readonly onWrite: (what: Writing) => void;
  },
): TemplateResult {
  const { text } = desk.words;
  const may = (action: Action): boolean => refusalOf(action, alert, desk.editor) === undefined;
  const write = (change: NewVersion['change'], label: string): TemplateResult | typeof nothing =>
    may(change)
      ? html`<button
          type="button"
          data-key=${KEYS[change]}
          aria-keyshortcuts=${KEYS[change]}
          @click=${() => on.onWrite(change)}
        >
          ${label}
        </button>`
      : nothing;
  const abort = html`<button
    type="button"
    class="danger"
    data-key=${KEYS.abort}
    aria-keyshortcuts=${KEYS.abort}
    @click=${on.onAbort}
  >
    ${text.abort}
  </button>`;
  return html`
    <div class="buttons">
      ${write('update', text.updateIt)} ${write('correction', text.correct)}
      ${write('retraction', text.retract)}
      <a class="button" href="#/">${text.writeNew}</a>
      ${may('abort') ? abort : nothing}
    </div>
    ${on.aborted ? html`<p class="note aborted" tabindex="-1">${text[on.aborted]}</p>` : nothing}
  `;
}

/** Asks before an alert is stopped, and says whom it has reached. */
export function renderAbortQuestion(
  words: Words,
  question: {
    readonly open: boolean;
    readonly report: Report | undefined;
    readonly onConfirmed: () => Promise<void>;
    readonly onDeclined: () => void;
  },
): TemplateResult {
  const { text, plural, number } = words;
  const { report } = question;
  const content = html`
    <p>
      <strong>
        ${fill(text.abortReached, {
          devices: plural(report?.outcomes.accepted ?? 0, text.devices),
          audience: number(report?.audience ?? 0),
          pages: plural(report?.live.connections ?? 0, text.pages),
        })}
      </strong>
    </p>
    <p class="quiet">${text.abortRest}</p>
  `;
  return html`<desk-confirm
    .open=${question.open}
    .heading=${text.abortTitle}
    .content=${content}
    .confirmLabel=${text.abortNow}
    .declineLabel=${text.keepSending}
    @confirmed=${question.onConfirmed}
    @declined=${question.onDeclined}
  ></desk-confirm>`;
}
