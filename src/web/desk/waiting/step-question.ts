import { html, nothing, type TemplateResult } from 'lit';
import type { DeskShared } from '../desk-context.ts';
import { consentFor, renderQuestion, type Asked } from '../writing/last-question.ts';
import { isSending, leavesAt, type Step } from './steps.ts';

/** The last question before a step. What sends is asked as the author was asked: language, topics, reach, consent. */
export function renderStepQuestion(
  step: Step | undefined,
  about: Asked & { readonly lacksReason: boolean },
  desk: DeskShared,
  on: { readonly confirmed: () => void; readonly declined: () => void },
): TemplateResult {
  const { text } = desk.words;
  const sends = step !== undefined && isSending(step);
  return html`<desk-confirm
    .open=${step !== undefined}
    .heading=${step === undefined ? '' : text.stepTitles[step]}
    .content=${
      sends
        ? html`${renderQuestion({ ...about, sendTime: leavesAt(step, about.alert, desk.client.now()) }, desk)}
          ${step === 'bypass' ? renderReason(about.lacksReason, desk) : nothing}`
        : renderQuietly(step, about, desk)
    }
    .consent=${sends ? consentFor(about.alert, desk.words) : undefined}
    .confirmLabel=${step === undefined ? '' : text.steps[step]}
    .declineLabel=${text.notYet}
    @confirmed=${on.confirmed}
    @declined=${on.declined}
  ></desk-confirm>`;
}

function renderReason(isLacking: boolean, { words }: DeskShared): TemplateResult {
  const { text } = words;
  return html`<div class="field">
    <label for="step-reason">${text.bypassReason}</label>
    <textarea
      id="step-reason"
      rows="3"
      maxlength="300"
      required
      aria-invalid=${isLacking ? 'true' : 'false'}
      aria-describedby="step-reason-fault step-reason-hint"
    ></textarea>
    <p class="fault" id="step-reason-fault">${isLacking ? text.bypassLacksReason : nothing}</p>
    <p class="hint" id="step-reason-hint">${text.bypassTold}</p>
  </div>`;
}

function renderQuietly(step: Step | undefined, { alert }: Asked, { words }: DeskShared): TemplateResult {
  const { text } = words;
  return html`
    <blockquote lang=${alert.lang} dir=${alert.dir}>${alert.headline}</blockquote>
    ${
      step === 'reject'
        ? html`<p class="field">
            <label for="step-note">${text.noteToAuthor}</label>
            <textarea id="step-note" rows="3" maxlength="300"></textarea>
          </p>`
        : nothing
    }
  `;
}
