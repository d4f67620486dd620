import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { refusalOf } from '../../../alerts/life-cycle.ts';
import { WAITING_STATUSES, type EditorAlert } from '../../../alerts/schema.ts';
import type { ProblemDetails } from '../answers.ts';
import { isRefusedFor } from '../client.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { fill, type Words } from '../words/words.ts';
import { STEPS, takeStep, type Step } from './steps.ts';
import '../confirm.ts';

export const isWaiting = ({ status }: EditorAlert): boolean => WAITING_STATUSES.includes(status);

/**
 * A version that no reader sees yet: what it waits for, and what this editor may do. Tells `stepped` with the alert as it is
 * then, or null when the server must be asked.
 */
class WaitingAlert extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    alert: { attribute: false },
    asked: { state: true },
    isDuplicate: { state: true },
    problem: { state: true },
  };
  declare desk: DeskShared;
  declare alert: EditorAlert;
  /** The step that the editor is asked to confirm. */
  declare private asked: Step | undefined;
  /** The step found that the same was sent a short while ago. */
  declare private isDuplicate: boolean;
  declare private problem: ProblemDetails | undefined;

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('alert');
    if (changed.has('alert') && before?.id !== this.alert.id) this.problem = undefined;
  }

  private readonly onConfirmed = async (): Promise<void> => {
    const { asked, isDuplicate: allowDuplicate } = this;
    if (asked === undefined) return;
    const note = this.querySelector<HTMLTextAreaElement>('#step-note')?.value.trim() ?? '';
    const answer = await takeStep(this.desk.client, this.alert.id, asked, { note, allowDuplicate });
    this.isDuplicate = !allowDuplicate && isRefusedFor(answer, 'duplicate-alert');
    if (this.isDuplicate) return;
    this.asked = undefined;
    this.problem = answer.type === 'done' ? undefined : answer.problem;
    const detail = answer.type === 'done' ? answer.body : null;
    this.dispatchEvent(new CustomEvent('stepped', { detail }));
  };

  private ask(step: Step | undefined): void {
    this.asked = step;
    this.isDuplicate = false;
    this.problem = undefined;
  }

  override render(): TemplateResult {
    const { alert, desk, problem } = this;
    const { text } = desk.words;
    const { review } = alert;
    const steps = STEPS.filter((step) => refusalOf(step, alert, desk.editor) === undefined);
    const isOwn = refusalOf('approve', alert, desk.editor) === 'own-approval';
    const note = (words: string): TemplateResult => html`<p class="note">${words}</p>`;
    return html`
      ${note(waitsFor(alert, desk.words))}
      ${review?.decision === 'reject' ? note(fill(text.sentBack, { note: review.note ?? '–' })) : nothing}
      ${review?.bypass ? note(fill(text.bypassed, { reason: review.bypass })) : nothing}
      ${isOwn && alert.status === 'awaiting-approval' ? html`<p class="quiet">${text.ownApproval}</p>` : nothing}
      <div class="buttons">
        ${steps.map(
          (step, index) =>
            html`<button
              type="button"
              class=${index === 0 && step !== 'cancel' ? 'main' : ''}
              @click=${() => this.ask(step)}
            >
              ${text.steps[step]}
            </button>`,
        )}
      </div>
      <div role="alert">${problem === undefined ? nothing : note(problemText(problem, desk.words))}</div>
      ${this.renderQuestion()}
    `;
  }

  private renderQuestion(): TemplateResult {
    const { asked, alert } = this;
    const { text } = this.desk.words;
    const content = html`
      ${this.isDuplicate ? html`<p class="warning">${text.duplicateWarning}</p>` : nothing}
      <blockquote lang=${alert.lang} dir=${alert.dir}>${alert.headline}</blockquote>
      ${
        asked === 'reject'
          ? html`<p class="field">
              <label for="step-note">${text.noteToAuthor}</label>
              <textarea id="step-note" rows="3" maxlength="300"></textarea>
            </p>`
          : nothing
      }
    `;
    return html`<desk-confirm
      .open=${asked !== undefined}
      .heading=${asked === undefined ? '' : text.stepTitles[asked]}
      .content=${content}
      .confirmLabel=${asked === undefined ? '' : text.steps[asked]}
      .declineLabel=${text.notYet}
      @confirmed=${() => void this.onConfirmed()}
      @declined=${() => this.ask(undefined)}
    ></desk-confirm>`;
  }
}

function waitsFor({ status, sendAt }: EditorAlert, { text, time }: Words): string {
  if (status === 'awaiting-approval') return text.awaitingWhy;
  if (status === 'scheduled' && sendAt !== null) return fill(text.leavesAt, { time: time(sendAt) });
  return text.draftWhy;
}

function problemText({ code, title }: ProblemDetails, { text }: Words): string {
  return code === 'wrong-status' ? text.changedMeanwhile : title;
}

customElements.define('desk-waiting', WaitingAlert);
