import type { PropertyValues, TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Fields } from './draft.ts';
import { DraftKeeper } from './draft-keeper.ts';
import { DraftSender, isBehind } from './draft-sender.ts';
import { isNewerState, stateOf, type Subject } from './drafted.ts';
import { DeskElement } from '../element.ts';
import { createFindings } from './findings.ts';
import { FIELD_NAMES, type Faults } from './faults.ts';
import { isOver } from './overtaken.ts';
import { renderWriter } from './writer-view.ts';
import { blankFields, isUnchanged, read, type Written } from './written.ts';
import type { DeskShared } from '../desk-context.ts';
import { everyTick } from '../ticker.ts';
import { mayUndo } from '../waiting/undoable.ts';
import '../confirm.ts';
import './preview.ts';

const FIRST_FIELD = '[name="headline"], [name="note"]';
/** What the estimate depends on. */
const ASKED_ABOUT = new Set(['topics', 'urgency', 'lang', 'story', 'escalate']);
/** How long it is until a chosen time is shown in minutes. */
const TICK_MS = 20_000;

/**
 * Writes an alert, a version of one or an edit, and sends it once. Tells `sent` with the alert; `overtaken` with the version
 * that it has meanwhile (0: unknown), when the API knows a newer state than `subject`.
 */
class Writer extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    subject: { attribute: false },
    tried: { state: true },
    seen: { state: true },
    overtaken: { state: true },
    asking: { state: true },
  };
  declare desk: DeskShared;
  declare subject: Subject;
  /** Whether the editor wanted to send: from then on faults show as they are made. */
  declare private tried: boolean;
  /** The alert as the editor saw it before it changed. */
  declare private seen: EditorAlert | undefined;
  /** Whether the alert changed while this was written. */
  declare private overtaken: boolean;
  /** Whether the last question is open. */
  declare private asking: boolean;
  private allowDuplicate = false;
  private readonly keeper = new DraftKeeper(this);
  private readonly sender = new DraftSender(this, this.keeper);
  private readonly findings = createFindings(() => this.requestUpdate());

  constructor() {
    super();
    everyTick(this, TICK_MS);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('desk') && !changed.has('subject')) return;
    const { desk, subject } = this;
    const before = changed.get('subject');
    if (before !== undefined && isNewerState(before, subject)) this.seen = before.of;
    const what = subject.change === 'new' ? 'new' : `${subject.of.id}:${subject.change}`;
    this.keeper.open(`${desk.editor.id}:${what}`, desk.client.now);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.findings.stop();
  }

  blankFields(): Fields {
    return blankFields(this.subject, this.desk.words.language);
  }

  newestVersion(): number {
    return stateOf(this.subject);
  }

  isSending(): boolean {
    return this.sender.isSending;
  }

  onDraftBegun(): void {
    this.tried = false;
    this.seen = undefined;
    this.overtaken = false;
    this.asking = false;
    this.allowDuplicate = false;
    this.sender.reset();
    this.askForEstimate();
  }

  onOvertaken(): void {
    const wasRefused = isBehind(this.sender.notice);
    // Who types is told, not moved; the question was of another text than now stands here.
    if (wasRefused || this.asking) void this.focusOn('.overtaken h2');
    if (wasRefused) this.sender.tell(undefined);
    this.asking = false;
    this.overtaken = true;
  }

  onSent(alert: EditorAlert): void {
    this.dispatchEvent(new CustomEvent<EditorAlert>('sent', { detail: alert }));
  }

  onBehind(version: number): void {
    this.dispatchEvent(new CustomEvent<number>('overtaken', { detail: version }));
  }

  focusOnFault(faults: Faults): boolean {
    const wrong = FIELD_NAMES.filter((name) => faults[name] !== undefined);
    if (wrong[0] === undefined) return false;
    this.sender.tell({ type: 'faults', count: wrong.length });
    void this.focusOn(`[name="${wrong[0]}"]`);
    return true;
  }

  focusOnNotice(): void {
    void this.focusOn('.notice h2');
  }

  private readonly set = (changed: Partial<Fields>): void => {
    this.keeper.set(changed);
    const names = Object.keys(changed);
    const kept = Object.entries(this.sender.faults).filter(([name]) => !names.includes(name));
    this.sender.faults = Object.fromEntries(kept);
    this.allowDuplicate = false;
    if (this.sender.notice?.type !== 'conflict') this.sender.tell(undefined);
    if (names.some((name) => ASKED_ABOUT.has(name))) this.askForEstimate();
  };

  private askForEstimate(): void {
    if (this.subject.change !== 'new' && this.subject.change !== 'edit') return;
    this.findings.estimateFor(this.desk.client, this.keeper.fields);
  }

  private written(): Written {
    return read(this.subject, this.keeper.fields, this.desk);
  }

  /** Whether what is written can go its way; otherwise the first fault has the focus. */
  private isReady(): boolean {
    if (this.sender.isSending || isOver(this.subject) || this.keeper.draft.attempt !== undefined)
      return false;
    this.tried = true;
    return !this.focusOnFault({ ...this.sender.faults, ...this.written().faults });
  }

  private readonly onReview = (event: Event): void => {
    event.preventDefault();
    const { subject } = this;
    if (!this.isReady() || isUnchanged(subject, this.written())) return;
    // What an edit changes, nobody receives before a colleague or its author sends it; what is scheduled leaves by itself.
    if (subject.change === 'edit' && subject.of.status !== 'scheduled') return this.onConfirmed();
    this.askForEstimate();
    const { alert } = this.written();
    this.findings.check(this.desk.client, alert, subject.change === 'new' ? undefined : subject.of.id);
    this.asking = true;
  };

  private readonly onSaveDraft = (): void => {
    if (this.subject.change !== 'new' || !this.isReady()) return;
    void this.sender.send({ ...this.written().body, draft: true });
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    if (event.key === 'Enter') this.onReview(event);
    if (event.code !== 'KeyS') return;
    event.preventDefault();
    this.onSaveDraft();
  };

  private readonly onConfirmed = (): void => {
    this.asking = false;
    if (this.keeper.draft.attempt !== undefined) return;
    const { body } = this.written();
    void this.sender.send({
      ...body,
      ...(mayUndo(this.subject, body, this.desk.config) ? { undoable: true } : {}),
      ...(this.allowDuplicate ? { allowDuplicate: true } : {}),
    });
  };

  private readonly onDiscard = (): void => {
    this.keeper.discard();
    this.sender.tell({ type: 'discarded' });
    void this.focusOn(FIRST_FIELD);
  };

  private onDraft(change: 'letGo' | 'renew' | 'undoDiscard'): void {
    this.keeper[change]();
    this.sender.tell(undefined);
    void this.focusOn(FIRST_FIELD);
  }

  override render(): TemplateResult {
    const { desk, subject, keeper, sender } = this;
    const written = this.written();
    return renderWriter(
      {
        desk,
        subject,
        draft: keeper.draft,
        fields: keeper.fields,
        written,
        faults: this.tried ? { ...sender.faults, ...written.faults } : sender.faults,
        notice: sender.notice,
        isSending: sender.isSending,
        isOvertaken: this.overtaken,
        seen: this.seen,
        estimate: this.findings.estimate,
        found: this.findings.found,
        isAsking: this.asking,
        isDuplicate: this.allowDuplicate,
      },
      {
        set: this.set,
        review: this.onReview,
        saveDraft: this.onSaveDraft,
        key: this.onKey,
        discard: this.onDiscard,
        confirmed: this.onConfirmed,
        declined: () => (this.asking = false),
        tryAgain: () => void sender.sendAgain(),
        changeText: () => this.onDraft('letGo'),
        sendAllTheSame: () => {
          this.allowDuplicate = true;
          this.asking = true;
        },
        newDraft: () => this.onDraft('renew'),
        undoDiscard: () => this.onDraft('undoDiscard'),
      },
    );
  }
}

customElements.define('desk-writer', Writer);
