import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { pushMessageBytes } from '../../../alerts/notification.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Estimate, ProblemDetails } from '../answers.ts';
import { emptyFields, type Fields } from './draft.ts';
import { DraftKeeper } from './draft-keeper.ts';
import { draftedAlert, fieldsOf, requestBody, type Subject } from './drafted.ts';
import { DeskElement } from '../element.ts';
import { estimateWhenQuiet } from './estimate.ts';
import { faultsIn, faultsOf, FIELD_NAMES, siteFaults, sizeFault, type Faults } from './faults.ts';
import { renderFields } from './form.ts';
import { renderMeter, renderReach } from './meter.ts';
import { renderNotice, type Notice } from './notice.ts';
import { renderOvertaken } from './overtaken.ts';
import { consentFor, renderQuestion } from './last-question.ts';
import { sendDraft, type Outcome } from './sending.ts';
import type { DeskShared } from '../desk-context.ts';
import '../confirm.ts';
import './preview.ts';

const FIRST_FIELD = '[name="headline"], [name="note"]';
const TITLES = {
  new: 'write',
  update: 'writeUpdate',
  correction: 'writeCorrection',
  retraction: 'writeRetraction',
} as const;

/**
 * Writes an alert or a version of one, and sends it once. Tells `sent` with the alert; `overtaken` with the version that
 * it has meanwhile, when the API knows a newer one than `subject`.
 */
class Writer extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    subject: { attribute: false },
    tried: { state: true },
    serverFaults: { state: true },
    notice: { state: true },
    overtaken: { state: true },
    estimate: { state: true },
    confirming: { state: true },
    sending: { state: true },
  };
  declare desk: DeskShared;
  declare subject: Subject;
  /** Whether the editor wanted to send: from then on faults show as they are made. */
  declare private tried: boolean;
  declare private serverFaults: Faults;
  declare private notice: Notice | undefined;
  /** Whether the alert changed while this was written. */
  declare private overtaken: boolean;
  declare private estimate: Estimate | 'unknown' | undefined;
  declare private confirming: boolean;
  declare private sending: boolean;
  private allowDuplicate = false;
  private readonly keeper = new DraftKeeper(this);
  private readonly estimator = estimateWhenQuiet((estimate) => {
    this.estimate = estimate;
  });

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('desk') && !changed.has('subject')) return;
    const { desk, subject } = this;
    const what = subject.change === 'new' ? 'new' : `${subject.of.id}:${subject.change}`;
    this.keeper.open(`${desk.editor.id}:${what}`, desk.client.now);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.estimator.stop();
  }

  blankFields(): Fields {
    const { subject } = this;
    return subject.change === 'new' ? emptyFields(this.desk.words.language) : fieldsOf(subject.of);
  }

  newestVersion(): number {
    return this.subject.change === 'new' ? 0 : this.subject.of.version;
  }

  isSending(): boolean {
    return this.sending;
  }

  onDraftBegun(): void {
    this.tried = false;
    this.serverFaults = {};
    this.notice = undefined;
    this.overtaken = false;
    this.confirming = false;
    this.sending = false;
    this.allowDuplicate = false;
    this.askForEstimate();
  }

  onOvertaken(): void {
    const wasRefused = this.notice?.type === 'problem' && this.notice.problem.code === 'version-conflict';
    // Who types is told, not moved; the question was of another text than now stands here.
    if (wasRefused || this.confirming) void this.focusOn('.overtaken h2');
    if (wasRefused) this.notice = undefined;
    this.confirming = false;
    this.overtaken = true;
  }

  /** A retraction is an alert's last version. */
  private get isOver(): boolean {
    return this.subject.change !== 'new' && this.subject.of.status === 'retracted';
  }

  private readonly set = (changed: Partial<Fields>): void => {
    this.keeper.set(changed);
    const names = Object.keys(changed);
    this.serverFaults = Object.fromEntries(
      Object.entries(this.serverFaults).filter(([name]) => !names.includes(name)),
    );
    this.allowDuplicate = false;
    if (this.notice?.type !== 'conflict') this.notice = undefined;
    if (names.some((name) => ['topics', 'urgency', 'lang'].includes(name))) this.askForEstimate();
  };

  private askForEstimate(): void {
    if (this.subject.change !== 'new') return;
    const { topics, urgency, lang } = this.keeper.fields;
    this.estimator.ask(this.desk.client, { topics, urgency, lang });
  }

  private get alert(): EditorAlert {
    return draftedAlert(this.subject, this.keeper.fields, this.desk.client.now());
  }

  private get bytes(): number {
    return pushMessageBytes(this.alert, this.desk.config.publicUrl);
  }

  private get body(): object {
    return requestBody(this.subject, this.keeper.fields, this.desk.client.now());
  }

  private faults(): Faults {
    return {
      ...this.serverFaults,
      ...siteFaults(this.alert, this.desk.config.linkSites),
      ...sizeFault(this.alert, this.bytes, this.desk.config.pushMessageLimitBytes),
      ...faultsOf(this.body, this.subject.change === 'new'),
    };
  }

  /** @returns whether there was one */
  private focusOnFault(faults: Faults): boolean {
    const wrong = FIELD_NAMES.filter((name) => faults[name] !== undefined);
    if (wrong[0] === undefined) return false;
    this.notice = { type: 'faults', count: wrong.length };
    void this.focusOn(`[name="${wrong[0]}"]`);
    return true;
  }

  private readonly onReview = (event: Event): void => {
    event.preventDefault();
    if (this.sending || this.isOver || this.keeper.draft.attempt !== undefined) return;
    this.tried = true;
    if (this.focusOnFault(this.faults())) return;
    this.askForEstimate();
    this.confirming = true;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.onReview(event);
  };

  private readonly onConfirmed = (): void => {
    this.confirming = false;
    if (this.keeper.draft.attempt !== undefined) return;
    void this.send({ ...this.body, ...(this.allowDuplicate ? { allowDuplicate: true } : {}) }, false);
  };

  /** Asks again with the key and the very body of the attempt that went without an answer. */
  private readonly onTryAgain = (): void => {
    const { attempt } = this.keeper.draft;
    if (attempt !== undefined) void this.send(attempt.body, true);
  };

  private async send(body: object, isRepeat: boolean): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    this.notice = undefined;
    const { client } = this.desk;
    const draft = this.keeper.attempt(body, client.now());
    const path = this.subject.change === 'new' ? '/v1/alerts' : `/v1/alerts/${this.subject.of.id}/versions`;
    const outcome = await sendDraft(client, path, draft, isRepeat);
    this.sending = false;
    this.settle(outcome);
  }

  private settle(outcome: Outcome): void {
    switch (outcome.type) {
      case 'sent':
        this.keeper.discard();
        this.dispatchEvent(new CustomEvent<EditorAlert>('sent', { detail: outcome.alert }));
        return;
      case 'refused':
        this.keeper.letGo();
        this.explain(outcome.problem);
        return;
      case 'unknown':
        this.notice = { type: 'unknown', problem: outcome.problem };
        void this.focusOn('.notice h2');
        return;
    }
  }

  private explain(problem: ProblemDetails): void {
    if (problem.code === 'version-conflict') {
      this.dispatchEvent(new CustomEvent<number>('overtaken', { detail: problem.version ?? 0 }));
    }
    this.serverFaults = faultsIn(problem);
    if (this.focusOnFault(this.serverFaults)) return;
    this.notice =
      problem.code === 'idempotency-conflict' ? { type: 'conflict' } : { type: 'problem', problem };
    void this.focusOn('.notice h2');
  }

  private readonly onSendAllTheSame = (): void => {
    this.allowDuplicate = true;
    this.confirming = true;
  };

  private readonly onDiscard = (): void => {
    this.keeper.discard();
    this.notice = { type: 'discarded' };
    void this.focusOn(FIRST_FIELD);
  };

  private onDraft(change: 'letGo' | 'renew' | 'undoDiscard'): void {
    this.keeper[change]();
    this.notice = undefined;
    void this.focusOn(FIRST_FIELD);
  }

  override render(): TemplateResult {
    const { desk, subject, sending } = this;
    const { words, config } = desk;
    const { text } = words;
    const { fields } = this.keeper;
    const { attempt } = this.keeper.draft;
    const isLocked = attempt !== undefined || sending;
    const notice = this.notice ?? (isLocked && !sending ? ({ type: 'unknown' } as const) : undefined);
    const faults = this.tried ? this.faults() : this.serverFaults;
    return html`
      <form class="sheet writing" novalidate @submit=${this.onReview} @keydown=${this.onKey}>
        <h1 tabindex="-1">${text[TITLES[subject.change]]}</h1>
        ${renderNotice(notice, words, {
          tryAgain: this.onTryAgain,
          changeText: () => this.onDraft('letGo'),
          sendAllTheSame: this.onSendAllTheSame,
          newDraft: () => this.onDraft('renew'),
          undoDiscard: () => this.onDraft('undoDiscard'),
        })}
        <div role="alert">
          ${
            subject.change !== 'new' && (this.overtaken || this.isOver) && attempt === undefined
              ? renderOvertaken(subject.of, this.keeper.draft.fields, words)
              : nothing
          }
        </div>
        <fieldset class="all" ?disabled=${isLocked}>
          <legend class="unseen">${text[TITLES[subject.change]]}</legend>
          ${renderFields({ desk, subject, fields, faults, set: this.set })}
        </fieldset>
        <p class="kept">
          <button type="button" ?disabled=${isLocked} @click=${this.onDiscard}>${text.discard}</button>
          <span class="quiet">${text.kept}</span>
        </p>
        <footer>
          ${renderMeter(this.bytes, config.pushMessageLimitBytes, words)}
          <button class="main" aria-keyshortcuts="Control+Enter" ?disabled=${isLocked || this.isOver}>
            ${sending ? text.sending : html`${text.review} <kbd dir="ltr">Ctrl ↵</kbd>`}
          </button>
          ${subject.change === 'new' ? renderReach(this.estimate, words) : nothing}
        </footer>
      </form>
      <desk-preview .alert=${this.alert} .words=${words}></desk-preview>
      <desk-confirm
        .open=${this.confirming}
        .heading=${subject.change === 'new' ? text.confirm : text.confirmVersion}
        .content=${renderQuestion(this.alert, words, this.estimate, config, this.allowDuplicate)}
        .consent=${consentFor(this.alert, words)}
        .confirmLabel=${text.sendNow}
        .declineLabel=${text.goBack}
        @confirmed=${this.onConfirmed}
        @declined=${() => (this.confirming = false)}
      ></desk-confirm>
    `;
  }
}

customElements.define('desk-writer', Writer);
