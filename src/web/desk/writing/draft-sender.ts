import type { EditorAlert } from '../../../alerts/schema.ts';
import type { ProblemDetails } from '../answers.ts';
import type { DeskShared } from '../desk-context.ts';
import type { DraftKeeper } from './draft-keeper.ts';
import type { Subject } from './drafted.ts';
import { faultsIn, type Faults } from './faults.ts';
import type { Notice } from './notice.ts';
import { sendDraft, type Outcome } from './sending.ts';

/** The element that writes the draft. */
interface Host {
  readonly desk: DeskShared;
  readonly subject: Subject;
  requestUpdate(): void;
  /** The alert is there, once. */
  onSent(alert: EditorAlert): void;
  /** The API refused the text, since the alert has changed. @param version that it has now; 0: unknown */
  onBehind(version: number): void;
  /** @returns whether a field of the form has one of them: it then has the focus */
  focusOnFault(faults: Faults): boolean;
  focusOnNotice(): void;
}

/** Sends a draft, and knows what is known of it then: sent, refused, or perhaps sent. */
export class DraftSender {
  isSending = false;
  notice: Notice | undefined;
  /** What only the API could know to be wrong. */
  faults: Faults = {};
  private readonly host: Host;
  private readonly keeper: DraftKeeper;

  constructor(host: Host, keeper: DraftKeeper) {
    this.host = host;
    this.keeper = keeper;
  }

  /** Of another draft nothing is known. */
  reset(): void {
    this.isSending = false;
    this.tell(undefined);
    this.faults = {};
  }

  tell(notice: Notice | undefined): void {
    this.notice = notice;
    this.host.requestUpdate();
  }

  async send(body: object): Promise<void> {
    const { desk, subject } = this.host;
    const ifMatch = subject.change === 'edit' ? subject.etag : undefined;
    await this.try(this.keeper.attempt({ body, at: desk.client.now(), ifMatch }), false);
  }

  /** Asks again with the key and the very body of the attempt that went without an answer. */
  async sendAgain(): Promise<void> {
    const { draft } = this.keeper;
    if (draft.attempt !== undefined) await this.try({ ...draft, attempt: draft.attempt }, true);
  }

  private async try(draft: Parameters<typeof sendDraft>[2], isRepeat: boolean): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    this.tell(undefined);
    const { desk, subject } = this.host;
    const outcome = await sendDraft(desk.client, subject, draft, isRepeat);
    this.isSending = false;
    this.settle(outcome);
  }

  private settle(outcome: Outcome): void {
    switch (outcome.type) {
      case 'sent':
        this.keeper.discard();
        this.host.onSent(outcome.alert);
        return;
      case 'refused':
        // In this order: if the page knows already why, letting go says so in place of the refusal.
        this.explain(outcome.problem);
        this.keeper.letGo();
        return;
      case 'unknown':
        this.tell({ type: 'unknown', problem: outcome.problem });
        this.host.focusOnNotice();
        return;
    }
  }

  private explain(problem: ProblemDetails): void {
    if (BEHIND.has(problem.code)) this.host.onBehind(problem.version ?? 0);
    this.faults = faultsIn(problem);
    if (this.host.focusOnFault(this.faults)) return;
    this.tell(problem.code === 'idempotency-conflict' ? { type: 'conflict' } : { type: 'problem', problem });
    this.host.focusOnNotice();
  }
}

/** The text stands on a state of the alert that is no more. */
const BEHIND = new Set(['version-conflict', 'precondition-failed']);

export const isBehind = (notice: Notice | undefined): boolean =>
  notice?.type === 'problem' && BEHIND.has(notice.problem.code);
