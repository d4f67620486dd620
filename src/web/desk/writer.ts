import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { pushMessageBytes } from '../../alerts/notification.ts';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { Estimate, ProblemDetails } from './answers.ts';
import {
  draftPlace,
  emptyFields,
  newDraft,
  openDraftStore,
  type Draft,
  type DraftStore,
  type Fields,
} from './draft.ts';
import { draftedAlert, fieldsOf, requestBody, type Subject } from './drafted.ts';
import { DeskElement } from './element.ts';
import { estimateWhenQuiet } from './estimate.ts';
import { faultsIn, faultsOf, FIELD_NAMES, sizeFault, type Faults } from './faults.ts';
import { renderFields } from './form.ts';
import { renderMeter, renderReach } from './meter.ts';
import { renderNotice, type Notice } from './notice.ts';
import { renderQuestion } from './question.ts';
import { sendDraft, type Outcome } from './sending.ts';
import type { DeskShared } from './shared.ts';
import './confirm.ts';
import './preview.ts';

/** Writes an alert or a version of one, and sends it once. Tells `sent` with the alert, `left` when the editor goes back. */
class Writer extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    subject: { attribute: false },
    draft: { state: true },
    tried: { state: true },
    serverFaults: { state: true },
    notice: { state: true },
    estimate: { state: true },
    confirming: { state: true },
    sending: { state: true },
  };
  declare desk: DeskShared;
  declare subject: Subject;
  declare private draft: Draft;
  /** Whether the editor wanted to send: from then on faults show as they are made. */
  declare private tried: boolean;
  declare private serverFaults: Faults;
  declare private notice: Notice | undefined;
  declare private estimate: Estimate | 'unknown' | undefined;
  declare private confirming: boolean;
  declare private sending: boolean;
  private store: DraftStore | undefined;
  private storeName = '';
  private allowDuplicate = false;
  private discarded: Draft | undefined;
  private readonly estimator = estimateWhenQuiet((estimate) => {
    this.estimate = estimate;
  });

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('desk') || changed.has('subject')) this.openStore();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('storage', this.onStorage);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('storage', this.onStorage);
    this.estimator.stop();
    this.storeName = '';
  }

  private openStore(): void {
    const { desk, subject } = this;
    const what = subject.change === 'new' ? 'new' : `${subject.of.id}:${subject.change}`;
    const name = `${desk.editorId}:${what}`;
    if (name === this.storeName) return;
    this.storeName = name;
    const store = openDraftStore(name, { storage: localStorage, now: desk.client.now });
    this.store = store;
    this.begin(store.load(this.blankFields()));
  }

  /** Another tab has gone on with the draft, or sent it: two tabs never hold two drafts. */
  private readonly onStorage = (event: StorageEvent): void => {
    if (event.key !== draftPlace(this.storeName) || this.sending || this.store === undefined) return;
    this.begin(this.store.load(this.blankFields()));
  };

  private begin(draft: Draft): void {
    this.draft = draft;
    this.tried = false;
    this.serverFaults = {};
    this.notice = undefined;
    this.confirming = false;
    this.sending = false;
    this.allowDuplicate = false;
    this.askForEstimate();
  }

  private blankFields(): Fields {
    const { subject } = this;
    return subject.change === 'new'
      ? emptyFields(this.desk.config.languages[0] ?? 'ar')
      : fieldsOf(subject.of);
  }

  private readonly set = (changed: Partial<Fields>): void => {
    this.keep({ ...this.draft, fields: { ...this.draft.fields, ...changed } });
    const names = Object.keys(changed);
    this.serverFaults = Object.fromEntries(
      Object.entries(this.serverFaults).filter(([name]) => !names.includes(name)),
    );
    this.allowDuplicate = false;
    if (this.notice?.type !== 'conflict') this.notice = undefined;
    if (names.some((name) => ['topics', 'urgency', 'lang'].includes(name))) this.askForEstimate();
  };

  private keep(draft: Draft): void {
    this.draft = draft;
    this.store?.save(draft);
  }

  private askForEstimate(): void {
    if (this.subject.change !== 'new') return;
    const { topics, urgency, lang } = this.draft.fields;
    this.estimator.ask(this.desk.client, { topics, urgency, lang });
  }

  private get alert(): EditorAlert {
    return draftedAlert(this.subject, this.draft.fields, this.desk.client.now());
  }

  private get bytes(): number {
    return pushMessageBytes(this.alert, this.desk.config.publicUrl);
  }

  private faults(): Faults {
    const body = requestBody(this.subject, this.draft.fields, this.desk.client.now());
    return {
      ...sizeFault(this.alert, this.bytes, this.desk.config.pushMessageLimitBytes),
      ...faultsOf(body, this.subject.change === 'new'),
    };
  }

  private readonly onReview = (event: Event): void => {
    event.preventDefault();
    this.review();
  };

  private review(): void {
    if (this.sending || this.draft.attempt !== undefined) return;
    this.tried = true;
    if (this.focusOnFault({ ...this.serverFaults, ...this.faults() })) return;
    this.askForEstimate();
    this.confirming = true;
  }

  /** @returns whether there was one */
  private focusOnFault(faults: Faults): boolean {
    const count = FIELD_NAMES.filter((name) => faults[name] !== undefined).length;
    const first = FIELD_NAMES.find((name) => faults[name] !== undefined);
    if (first === undefined) return false;
    this.notice = { type: 'faults', count };
    void this.focusOn(`[name="${first}"]`);
    return true;
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.onReview(event);
  };

  private readonly onConfirmed = (): void => {
    this.confirming = false;
    if (this.draft.attempt !== undefined) return;
    const { client } = this.desk;
    const body = requestBody(this.subject, this.draft.fields, client.now());
    void this.send({ ...body, ...(this.allowDuplicate ? { allowDuplicate: true } : {}) }, false);
  };

  /** Asks again with the key and the very body of the attempt that went without an answer. */
  private readonly onTryAgain = (): void => {
    if (this.draft.attempt !== undefined) void this.send(this.draft.attempt.body, true);
  };

  private async send(body: object, isRepeat: boolean): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    this.notice = undefined;
    const { client } = this.desk;
    // Kept before it goes: a reload in between finds that something may have been sent.
    const draft = { ...this.draft, attempt: this.draft.attempt ?? { body, at: client.now() } };
    this.keep(draft);
    const path = this.subject.change === 'new' ? '/v1/alerts' : `/v1/alerts/${this.subject.of.id}/versions`;
    const outcome = await sendDraft(client, path, draft, isRepeat);
    this.sending = false;
    this.settle(outcome);
  }

  private settle(outcome: Outcome): void {
    switch (outcome.type) {
      case 'sent':
        this.store?.clear();
        this.begin(newDraft(this.blankFields()));
        this.dispatchEvent(new CustomEvent<EditorAlert>('sent', { detail: outcome.alert }));
        return;
      case 'refused':
        this.keep({ key: this.draft.key, fields: this.draft.fields });
        this.explain(outcome.problem);
        return;
      case 'unknown':
        this.notice = { type: 'unknown', problem: outcome.problem };
        void this.focusOn('.notice h2');
        return;
    }
  }

  private explain(problem: ProblemDetails): void {
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

  /** Lets go of an attempt without an answer. The key stays: should it have been sent, the next one is refused. */
  private readonly onChangeText = (): void => {
    this.keep({ key: this.draft.key, fields: this.draft.fields });
    this.notice = undefined;
    void this.focusOn('[name="headline"], [name="note"]');
  };

  private readonly onNewDraft = (): void => {
    const draft = newDraft(this.draft.fields);
    this.begin(draft);
    this.store?.save(draft);
    void this.focusOn('[name="headline"], [name="note"]');
  };

  private readonly onDiscard = (): void => {
    const discarded = this.draft;
    this.store?.clear();
    this.begin(newDraft(this.blankFields()));
    this.discarded = discarded;
    this.notice = { type: 'discarded' };
    void this.focusOn('[name="headline"], [name="note"]');
  };

  private readonly onUndoDiscard = (): void => {
    if (this.discarded === undefined) return;
    this.keep(this.discarded);
    this.begin(this.discarded);
    void this.focusOn('[name="headline"], [name="note"]');
  };

  override render(): TemplateResult {
    const { desk, subject, draft, sending } = this;
    const { words, config } = desk;
    const { text } = words;
    const faults = this.tried ? { ...this.serverFaults, ...this.faults() } : this.serverFaults;
    const inDoubt = draft.attempt !== undefined && !sending;
    const notice = this.notice ?? (inDoubt ? ({ type: 'unknown' } as const) : undefined);
    return html`
      <form class="sheet writing" novalidate @submit=${this.onReview} @keydown=${this.onKey}>
        <h1 tabindex="-1">${text[TITLES[subject.change]]}</h1>
        ${renderNotice(notice, words, {
          tryAgain: this.onTryAgain,
          changeText: this.onChangeText,
          sendAllTheSame: this.onSendAllTheSame,
          newDraft: this.onNewDraft,
          undoDiscard: this.onUndoDiscard,
        })}
        <fieldset class="all" ?disabled=${inDoubt || sending}>
          ${renderFields({ desk, subject, fields: draft.fields, faults, set: this.set })}
        </fieldset>
        <p class="kept">
          <button type="button" ?disabled=${inDoubt || sending} @click=${this.onDiscard}>
            ${text.discard}
          </button>
          <span class="quiet">${text.kept}</span>
        </p>
        <footer>
          ${renderMeter(this.bytes, config.pushMessageLimitBytes, words)}
          <button class="main" aria-keyshortcuts="Control+Enter" ?disabled=${inDoubt || sending}>
            ${sending ? text.sending : text.review}
          </button>
          ${subject.change === 'new' ? renderReach(this.estimate, words) : nothing}
        </footer>
      </form>
      <desk-preview .alert=${this.alert} .words=${words}></desk-preview>
      <desk-confirm
        .open=${this.confirming}
        .heading=${subject.change === 'new' ? text.confirm : text.confirmVersion}
        .content=${renderQuestion(this.alert, {
          words,
          estimate: this.estimate,
          isDuplicate: this.allowDuplicate,
        })}
        .confirmLabel=${text.sendNow}
        .declineLabel=${text.goBack}
        @confirmed=${this.onConfirmed}
        @declined=${() => (this.confirming = false)}
      ></desk-confirm>
    `;
  }
}

const TITLES = {
  new: 'write',
  update: 'writeUpdate',
  correction: 'writeCorrection',
  retraction: 'writeRetraction',
} as const;

customElements.define('desk-writer', Writer);
