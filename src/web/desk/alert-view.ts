import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { NewVersion } from '../../alerts/input.ts';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { Report } from '../../delivery/report/schema.ts';
import { abortedBy, renderAbortQuestion, type Aborted } from './alert-actions.ts';
import { renderOpenAlert } from './alert-sections.ts';
import { renderLoading, renderWriting } from './alert-writing.ts';
import type { DeskShared } from './desk-context.ts';
import { DeskElement } from './element.ts';
import { lookAgain } from './look-again.ts';
import { changeableOf, createAlertReader, shownOf, type OpenAlert } from './open-alert.ts';
import { createShownReport, type ShownReport } from './report/shown-report.ts';
import { everyTick } from './ticker.ts';
import { isUndoable } from './waiting/undoable.ts';
import type { Subject } from './writing/drafted.ts';
import { takeBack } from './writing/take-back.ts';
import './confirm.ts';

/** Often enough: the API refuses a change of an alert that a colleague has changed meanwhile. */
const LOOK_MS = 20_000;
const TICK_MS = 1000;

/**
 * One alert: its report as it fills, and what the editor can still do. Fires `changed` when the alert has changed, and `back`
 * when its text is to be written on. The address decides `writing`.
 */
class AlertView extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    alertId: { attribute: false },
    writing: { attribute: false },
    open: { state: true },
    missing: { state: true },
    unanswered: { state: true },
    asking: { state: true },
    aborted: { state: true },
    replaced: { state: true },
    occupied: { state: true },
  };
  declare desk: DeskShared;
  declare alertId: string;
  /** What is being written about it. */
  declare writing: NewVersion['change'] | 'edit' | undefined;
  declare private open: OpenAlert | undefined;
  declare private missing: boolean;
  /** The server gave no answer the last time. */
  declare private unanswered: boolean;
  /** Whether the question is open if sending shall stop. */
  declare private asking: boolean;
  declare private aborted: Aborted | undefined;
  /** Whether a newer version came while this one was shown. */
  declare private replaced: boolean;
  /** Whether another draft is where the text of this one would be written on. */
  declare private occupied: boolean;
  /** The version that was sent from here last: nobody needs to be told of it. */
  private ownVersion = 0;
  private stopLooking: (() => void) | undefined;
  private readonly reader = createAlertReader(() => this.desk.client, {
    read: (open) => this.take(open),
    missing: () => (this.missing = this.open === undefined),
    silent: () => (this.unanswered = true),
  });
  private readonly shown: ShownReport = createShownReport({
    onReport: (report) => this.takeReport(report),
    onChange: () => this.requestUpdate(),
    onLost: () => void this.desk.client.session(),
  });

  constructor() {
    super();
    // What is scheduled becomes what leaves within seconds.
    everyTick(this, TICK_MS, () => this.open?.alert.status === 'scheduled' && this.requestUpdate());
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('alertId')) {
      if (changed.has('writing')) void this.focusOn('h1');
      return;
    }
    this.open = undefined;
    this.missing = false;
    this.unanswered = false;
    this.asking = false;
    this.aborted = undefined;
    this.replaced = false;
    this.occupied = false;
    this.ownVersion = 0;
    this.shown.follow(this.alertId, undefined);
    this.reader.read(this.alertId);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The report of a version does not tell of the next version.
    this.stopLooking = lookAgain(() => this.reader.look(this.alertId), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopLooking?.();
    this.reader.stop();
    this.shown.close();
  }

  /** Shows this state, unless a newer version is shown already, and follows the report of what readers have. */
  private take(open: OpenAlert): void {
    const before = this.open;
    this.unanswered = false;
    if (before !== undefined && before.alert.version > open.alert.version) return;
    this.open = open;
    const shown = shownOf(open)?.version;
    const isNewer = before !== undefined && before.alert.version < open.alert.version;
    if (before === undefined || isNewer || shown !== shownOf(before)?.version) {
      this.shown.follow(this.alertId, shown);
    }
    if (isNewer) this.replaced = open.alert.version !== this.ownVersion;
    if (before === undefined) void this.focusOn('h1');
    else if (before.etag !== open.etag) this.moved();
  }

  /** A button that the new state no longer has may have had the focus. */
  private moved(): void {
    if (this.querySelector('desk-undo, desk-waiting')?.contains(document.activeElement)) {
      if (document.querySelector('dialog[open]') === null) void this.focusOn('h1');
    }
    this.tellChanged();
  }

  private takeReport(report: Report): void {
    const shown = this.open && shownOf(this.open);
    // Another editor may have corrected, stopped or retracted it.
    if (report.version === shown?.version && report.status !== shown.status) this.reader.read(this.alertId);
  }

  private tellChanged(): void {
    this.dispatchEvent(new CustomEvent('changed'));
  }

  private readonly onAbort = async (): Promise<void> => {
    this.asking = false;
    const path = `/v1/alerts/${this.alertId}/abort`;
    this.aborted = abortedBy(await this.desk.client.call<EditorAlert>(path, { method: 'POST' }));
    this.reader.read(this.alertId);
    this.tellChanged();
    void this.focusOn('.note.aborted');
  };

  /** The step may have been taken, or a colleague was first: the server knows. */
  private readonly onStepped = (): void => {
    this.reader.read(this.alertId);
    this.tellChanged();
    void this.focusOn('h1');
  };

  /** The text comes back into the form of whoever wrote it, or asks for it, unless another draft is there. */
  private readonly onTakeBack = (event: CustomEvent<EditorAlert>): void => {
    const alert = event.detail;
    const shown = this.open && shownOf(this.open);
    const isOwn = alert.createdBy === this.desk.editor.id || event.type === 'back';
    const place = isOwn ? takeBack(alert, shown, this.desk) : undefined;
    this.occupied = isOwn && place === undefined;
    this.reader.read(this.alertId);
    this.tellChanged();
    if (place !== undefined) this.dispatchEvent(new CustomEvent('back', { detail: place }));
  };

  private readonly stopWriting = (): void => {
    this.writing = undefined; // now: the form must not see its own version come
    location.hash = `#/${this.alertId}`;
  };

  /** The writer goes on with the newest state of the alert as soon as it is loaded. */
  private readonly onOvertaken = (event: CustomEvent<number>): void =>
    this.reader.read(this.alertId, event.detail || 1);

  private readonly onVersionSent = (event: CustomEvent<EditorAlert>): void => {
    this.stopWriting();
    this.ownVersion = event.detail.version;
    this.reader.read(this.alertId, this.ownVersion);
    this.tellChanged();
    void this.focusOn('h1');
  };

  private get subject(): Subject | undefined {
    const { open, writing } = this;
    if (open === undefined || writing === undefined) return undefined;
    return writing === 'edit'
      ? { change: writing, of: open.alert, etag: open.etag }
      : { change: writing, of: changeableOf(open) };
  }

  override render(): TemplateResult {
    const { desk, open, subject } = this;
    const { text } = desk.words;
    if (this.missing) return html`<div class="sheet"><p role="alert">${text.notFound}</p></div>`;
    if (open === undefined) {
      return renderLoading(this.unanswered, desk.words, () => this.reader.hurry());
    }
    if (subject !== undefined) {
      return renderWriting(subject, desk, {
        back: this.stopWriting,
        sent: this.onVersionSent,
        overtaken: this.onOvertaken,
      });
    }
    return html`
      <article class="sheet alert">
        <p class="unseen" role="status">
          ${this.replaced ? `${text[open.alert.change]}: ${open.alert.headline}` : nothing}
        </p>
        ${renderOpenAlert(open, desk, {
          shown: this.shown,
          aborted: this.aborted,
          isOccupied: this.occupied,
          isUndoable: isUndoable(open.alert, desk.client.now()),
          isConnected: !this.unanswered,
          onAbort: () => (this.asking = true),
          onWrite: (change) => (location.hash = `#/${this.alertId}/${change}`),
          onStepped: this.onStepped,
          onTakeBack: this.onTakeBack,
          onLook: () => this.reader.look(this.alertId),
        })}
      </article>
      ${renderAbortQuestion(desk.words, {
        open: this.asking,
        report: this.shown.report,
        onConfirmed: this.onAbort,
        onDeclined: () => (this.asking = false),
      })}
    `;
  }
}

customElements.define('desk-alert', AlertView);
