import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { DeskShared } from './desk-context.ts';
import { KEYS } from './keyboard/keys.ts';
import type { Words } from './words/words.ts';
import type { Subject } from './writing/drafted.ts';
import './writing/writer.ts';

/** The form of a version or of an edit, with the way back to its alert. */
export function renderWriting(
  subject: Subject,
  desk: DeskShared,
  on: {
    readonly back: () => void;
    readonly sent: (event: CustomEvent<EditorAlert>) => void;
    readonly overtaken: (event: CustomEvent<number>) => void;
  },
): TemplateResult {
  return html`
    <p>
      <button
        type="button"
        class="plain back"
        data-key=${KEYS.back}
        aria-keyshortcuts=${KEYS.back}
        @click=${on.back}
      >
        ${desk.words.text.backToAlert}
      </button>
    </p>
    <desk-writer .desk=${desk} .subject=${subject} @sent=${on.sent} @overtaken=${on.overtaken}></desk-writer>
  `;
}

/** Until the server gives the alert. @param isUnanswered it did not the last time */
export function renderLoading(isUnanswered: boolean, { text }: Words, onAgain: () => void): TemplateResult {
  const unanswered = html`
    <p>${text.noAnswerYet}</p>
    <button type="button" class="main" @click=${onAgain}>${text.again}</button>
  `;
  return html`<div class="sheet">
    ${isUnanswered ? nothing : html`<p class="quiet">${text.loading}</p>`}
    <div role="alert">${isUnanswered ? unanswered : nothing}</div>
  </div>`;
}
