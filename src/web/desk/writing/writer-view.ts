import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Estimate } from '../answers.ts';
import type { DeskShared } from '../desk-context.ts';
import type { Found } from './checks.ts';
import type { Draft, Fields } from './draft.ts';
import type { Subject } from './drafted.ts';
import type { Faults } from './faults.ts';
import { renderFields } from './form.ts';
import { consentFor, renderQuestion } from './last-question.ts';
import { renderMeter, renderReach } from './meter.ts';
import { renderNotice, type Notice, type NoticeActions } from './notice.ts';
import { isOver, renderOvertaken } from './overtaken.ts';
import { isUnchanged, type Written } from './written.ts';

const TITLES = {
  new: 'write',
  edit: 'writeEdit',
  update: 'writeUpdate',
  correction: 'writeCorrection',
  retraction: 'writeRetraction',
} as const;

/** All that the writing page shows. */
export interface WriterModel {
  readonly desk: DeskShared;
  readonly subject: Subject;
  readonly draft: Draft;
  readonly fields: Fields;
  readonly written: Written;
  readonly faults: Faults;
  readonly notice: Notice | undefined;
  readonly isSending: boolean;
  /** Whether the alert changed while this was written. */
  readonly isOvertaken: boolean;
  /** The alert as the editor saw it, before it changed. */
  readonly seen: EditorAlert | undefined;
  readonly estimate: Estimate | 'unknown' | undefined;
  readonly found: Found;
  readonly isAsking: boolean;
  readonly isDuplicate: boolean;
}

interface WriterActions extends NoticeActions {
  readonly set: (changed: Partial<Fields>) => void;
  readonly review: (event: Event) => void;
  readonly saveDraft: () => void;
  readonly key: (event: KeyboardEvent) => void;
  readonly discard: () => void;
  readonly confirmed: () => void;
  readonly declined: () => void;
}

export function renderWriter(model: WriterModel, on: WriterActions): TemplateResult {
  const { desk, subject, draft, isSending } = model;
  const { text } = desk.words;
  const isLocked = draft.attempt !== undefined || isSending;
  const notice = model.notice ?? (isLocked && !isSending ? ({ type: 'unknown' } as const) : undefined);
  return html`
    <form class="sheet writing" novalidate @submit=${on.review} @keydown=${on.key}>
      <h1 tabindex="-1">${text[TITLES[subject.change]]}</h1>
      ${renderNotice(notice, desk.words, on)}
      <div role="alert">
        ${
          subject.change !== 'new' && (model.isOvertaken || isOver(subject)) && draft.attempt === undefined
            ? renderOvertaken(subject, draft.fields, model.seen, desk)
            : nothing
        }
      </div>
      <fieldset class="all" ?disabled=${isLocked}>
        <legend class="unseen">${text[TITLES[subject.change]]}</legend>
        ${renderFields({ desk, subject, fields: model.fields, faults: model.faults, set: on.set })}
      </fieldset>
      <p class="kept">
        <button type="button" ?disabled=${isLocked} @click=${on.discard}>${text.discard}</button>
        <span class="quiet">${text.kept}</span>
      </p>
      ${renderFooter(model, isLocked, on)}
    </form>
    <desk-preview .alert=${model.written.alert} .words=${desk.words}></desk-preview>
    ${renderLastQuestion(model, on)}
  `;
}

function renderFooter(
  { desk, subject, written, isSending, estimate }: WriterModel,
  isLocked: boolean,
  on: WriterActions,
): TemplateResult {
  const { words, config } = desk;
  const { text } = words;
  const isNew = subject.change === 'new';
  const review = written.sendTime !== undefined ? text.reviewSchedule : text.review;
  return html`<footer>
    ${renderMeter(written.bytes, config.pushMessageLimitBytes, words)}
    ${isNew ? renderReach(estimate, words) : nothing}
    <div class="buttons">
      ${
        isNew
          ? html`<button
              type="button"
              data-chord="Ctrl S"
              aria-keyshortcuts="Control+S"
              ?disabled=${isLocked}
              @click=${on.saveDraft}
            >
              ${text.saveDraft}
            </button>`
          : nothing
      }
      <button
        class="main"
        data-chord="Ctrl ↵"
        aria-keyshortcuts="Control+Enter"
        ?disabled=${isLocked || isOver(subject) || isUnchanged(subject, written)}
      >
        ${isSending ? text.sending : subject.change === 'edit' ? text.saveEdit : review}
      </button>
    </div>
  </footer>`;
}

function renderLastQuestion(model: WriterModel, on: WriterActions): TemplateResult {
  const { desk, subject, written, estimate, found, isDuplicate } = model;
  const { text } = desk.words;
  const { alert, sendTime } = written;
  const [heading, label] =
    subject.change === 'edit'
      ? [text.confirmEdit, text.saveEdit]
      : sendTime !== undefined
        ? [text.confirmSchedule, text.scheduleNow]
        : [subject.change === 'new' ? text.confirm : text.confirmVersion, text.sendNow];
  return html`<desk-confirm
    .open=${model.isAsking}
    .heading=${heading}
    .content=${renderQuestion({ alert, estimate, isDuplicate, found, sendTime }, desk)}
    .consent=${consentFor(alert, desk.words)}
    .confirmLabel=${label}
    .declineLabel=${text.goBack}
    @confirmed=${on.confirmed}
    @declined=${on.declined}
  ></desk-confirm>`;
}
