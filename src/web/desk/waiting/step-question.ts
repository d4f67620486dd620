import { html, nothing, type TemplateResult } from 'lit';
import type { DeskShared } from '../desk-context.ts';
import { consentFor, renderQuestion, type Asked } from '../writing/last-question.ts';
import { leavesAt, type Step } from './steps.ts';

/** The last question before a step. What sends is asked as the author was asked: language, topics, reach, consent. */
export function renderStepQuestion(
  step: Step | undefined,
  about: Asked,
  desk: DeskShared,
  on: { readonly confirmed: () => void; readonly declined: () => void },
): TemplateResult {
  const { text } = desk.words;
  const sends = step === 'approve' || step === 'submit' || step === 'schedule';
  return html`<desk-confirm
    .open=${step !== undefined}
    .heading=${step === undefined ? '' : text.stepTitles[step]}
    .content=${
      sends
        ? renderQuestion({ ...about, sendTime: leavesAt(step, about.alert, desk.client.now()) }, desk)
        : renderQuietly(step, about, desk)
    }
    .consent=${sends ? consentFor(about.alert, desk.words) : undefined}
    .confirmLabel=${step === undefined ? '' : text.steps[step]}
    .declineLabel=${text.notYet}
    @confirmed=${on.confirmed}
    @declined=${on.declined}
  ></desk-confirm>`;
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
