import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { refusalOf } from '../../../alerts/life-cycle.ts';
import { WAITING_STATUSES, type EditorAlert } from '../../../alerts/schema.ts';
import type { ProblemDetails } from '../answers.ts';
import { isRefusedFor } from '../client.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { KEYS } from '../keyboard/keys.ts';
import { refusalText } from '../refusal-text.ts';
import { everyTick } from '../ticker.ts';
import { fill, type Words } from '../words/words.ts';
import { createFindings } from '../writing/findings.ts';
import { ownZone } from '../writing/zoned-time.ts';
import { renderStepQuestion } from './step-question.ts';
import { isMain, isReason, stepsOf, takeStep, type Step } from './steps.ts';
import '../confirm.ts';

export const isWaiting = ({ status }: EditorAlert): boolean => WAITING_STATUSES.includes(status);

/** The time that is left is shown in minutes. */
const TICK_MS = 20_000;

/**
 * A version that no reader sees yet: what it waits for, and what this editor may do. Tells `stepped` with the alert as it is
 * then, or null when the server must be asked; `edit` when the editor wants to edit it.
 */
class WaitingAlert extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    alert: { attribute: false },
    asked: { state: true },
    isDuplicate: { state: true },
    lacksReason: { state: true },
    problem: { state: true },
  };
  declare desk: DeskShared;
  declare alert: EditorAlert;
  /** The step that the editor is asked to confirm. */
  declare private asked: Step | undefined;
  /** The step found that the same was sent a short while ago. */
  declare private isDuplicate: boolean;
  /** A bypass was confirmed without a reason that counts. */
  declare private lacksReason: boolean;
  declare private problem: ProblemDetails | undefined;

  private readonly findings = createFindings(() => this.requestUpdate());

  constructor() {
    super();
    everyTick(this, TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.findings.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('alert');
    if (changed.has('alert') && before?.id !== this.alert.id) this.problem = undefined;
  }

  private readonly onConfirmed = async (): Promise<void> => {
    const { asked, desk, alert, isDuplicate: allowDuplicate } = this;
    if (asked === undefined) return;
    const [note, reason] = [this.written('#step-note'), this.written('#step-reason')];
    this.lacksReason = asked === 'bypass' && !isReason(reason);
    if (this.lacksReason) return void this.focusOn('#step-reason');
    const options = { note, reason, allowDuplicate, undoable: true };
    const answer = await takeStep(desk.client, alert.id, asked, options);
    this.isDuplicate = !allowDuplicate && isRefusedFor(answer, 'duplicate-alert');
    if (this.isDuplicate) return;
    this.asked = undefined;
    this.problem = answer.type === 'done' ? undefined : answer.problem;
    const detail = answer.type === 'done' ? answer.body : null;
    this.dispatchEvent(new CustomEvent('stepped', { detail }));
  };

  private written(selector: string): string {
    return this.querySelector<HTMLTextAreaElement>(selector)?.value.trim() ?? '';
  }

  private ask(step: Step | undefined): void {
    this.asked = step;
    this.isDuplicate = false;
    this.lacksReason = false;
    this.problem = undefined;
    if (step === undefined) return;
    // The editor who decides is told what its author was told.
    const { alert, desk } = this;
    this.findings.estimateFor(desk.client, alert);
    this.findings.check(desk.client, alert, alert.id);
  }

  override render(): TemplateResult {
    const { alert, desk, problem } = this;
    const { estimate, found } = this.findings;
    const { words, client, editor } = desk;
    const { text } = words;
    const { review } = alert;
    const isOwn = refusalOf('approve', alert, editor) === 'own-approval';
    const { isDuplicate, lacksReason } = this;
    const about = { alert, estimate, found, isDuplicate, lacksReason };
    const note = (said: string): TemplateResult => html`<p class="note">${said}</p>`;
    return html`
      ${note(waitsFor(alert, words, client.now()))}
      ${review?.decision === 'reject' ? note(fill(text.sentBack, { note: review.note ?? '–' })) : nothing}
      ${isOwn && alert.status === 'awaiting-approval' ? html`<p class="quiet">${text.ownApproval}</p>` : nothing}
      <div class="buttons">${this.renderSteps()}</div>
      <div role="alert">${problem === undefined ? nothing : note(problemText(problem, words))}</div>
      ${renderStepQuestion(this.asked, about, desk, {
        confirmed: () => void this.onConfirmed(),
        declined: () => this.ask(undefined),
      })}
    `;
  }

  private renderSteps(): TemplateResult[] {
    const { alert, desk } = this;
    const { text } = desk.words;
    const steps = stepsOf(alert, desk.editor, desk.client.now());
    const buttons = steps.map(
      (step, index) =>
        html`<button
          type="button"
          class=${index === 0 && isMain(step) ? 'main' : ''}
          data-key=${KEYS[step]}
          aria-keyshortcuts=${KEYS[step]}
          @click=${() => this.ask(step)}
        >
          ${text.steps[step]}
        </button>`,
    );
    if (refusalOf('edit', alert, desk.editor) !== undefined) return buttons;
    const edit = html`<button
      type="button"
      data-key=${KEYS.edit}
      aria-keyshortcuts=${KEYS.edit}
      @click=${() => this.dispatchEvent(new CustomEvent('edit'))}
    >
      ${text.edit}
    </button>`;
    return [...buttons.slice(0, -1), edit, ...buttons.slice(-1)];
  }
}

function waitsFor({ status, sendAt }: EditorAlert, words: Words, nowMs: number): string {
  const { text, zoned, until } = words;
  if (status === 'awaiting-approval') return text.awaitingWhy;
  if (status !== 'scheduled' || sendAt === null) return text.draftWhy;
  const time = Date.parse(sendAt);
  return fill(text.leavesAt, { time: `${zoned(time, ownZone())} (${until(time - nowMs)})` });
}

function problemText(problem: ProblemDetails, words: Words): string {
  const { text } = words;
  if (problem.errors.some(({ pointer }) => pointer === '/expiresAt')) return text.expiredWaiting;
  return problem.code === 'wrong-status' ? text.changedMeanwhile : refusalText('alerts', problem, words);
}

customElements.define('desk-waiting', WaitingAlert);
