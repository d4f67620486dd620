import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EditorAlert, NewVersion } from '../../alerts/schema.ts';
import { persist, type Persistence } from '../common/keep-trying.ts';
import { abortedBy, renderAbortQuestion, renderActions, type Aborted } from './alert-actions.ts';
import { renderAlertHead } from './alert-head.ts';
import type { Report } from '../../delivery/report/schema.ts';
import { isRefusedFor } from './client.ts';
import { DeskElement } from './element.ts';
import { lookAgain } from './look-again.ts';
import { renderReportSection } from './report/report-section.ts';
import { createShownReport, type ShownReport } from './report/shown-report.ts';
import type { DeskShared } from './desk-context.ts';
import { isWaiting } from './waiting/waiting-alert.ts';
import type { Words } from './words/words.ts';
import './confirm.ts';
import './writing/writer.ts';

/** Often enough: the API refuses a change of an alert that a colleague has changed meanwhile. */
const LOOK_MS = 20_000;

/**
 * One alert: its report as it fills, and what the editor can still do. Fires `changed` when the alert has changed. The
 * address decides `writing`.
 */
class AlertView extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    alertId: { attribute: false },
    writing: { attribute: false },
    alert: { state: true },
    missing: { state: true },
    unanswered: { state: true },
    asking: { state: true },
    aborted: { state: true },
    replaced: { state: true },
  };
  declare desk: DeskShared;
  declare alertId: string;
  /** The kind of version that is being written. */
  declare writing: NewVersion['change'] | undefined;
  declare private alert: EditorAlert | undefined;
  declare private missing: boolean;
  /** The server has not told yet whether the alert exists. */
  declare private unanswered: boolean;
  /** Whether the question is open if sending shall stop. */
  declare private asking: boolean;
  declare private aborted: Aborted | undefined;
  /** Whether a newer version came while this one was shown. */
  declare private replaced: boolean;
  private loading: Persistence | undefined;
  private stopLooking: (() => void) | undefined;
  private readonly shown: ShownReport = createShownReport({
    onReport: (report) => this.takeReport(report),
    onChange: () => this.requestUpdate(),
    onLost: () => void this.desk.client.session(),
  });

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('alertId')) {
      if (changed.has('writing')) void this.focusOn('h1');
      return;
    }
    this.alert = undefined;
    this.missing = false;
    this.unanswered = false;
    this.asking = false;
    this.aborted = undefined;
    this.replaced = false;
    this.shown.follow(this.alertId, undefined);
    this.load();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The report of a version does not tell of the next version.
    this.stopLooking = lookAgain(() => this.load(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopLooking?.();
    this.loading?.stop();
    this.shown.close();
  }

  /** Reads the alert until the server gives it, in this version at least, or says that there is none. */
  private load(version = 1): void {
    this.loading?.stop();
    const path = `/v1/alerts/${this.alertId}`;
    this.loading = persist(
      async (signal) => {
        const answer = await this.desk.client.call<EditorAlert>(path);
        if (signal.aborted) return;
        this.missing = this.alert === undefined && isRefusedFor(answer, 'not-found');
        if (this.missing) return;
        if (answer.type !== 'done') throw new Error('there was no answer');
        this.take(answer.body);
        if (answer.body.version < version) throw new Error(`version ${version} is not there yet`);
      },
      () => {
        this.unanswered = this.alert === undefined;
      },
    );
  }

  /** Shows this version, unless a newer one is shown already, and follows its report. */
  private take(alert: EditorAlert): void {
    const before = this.alert;
    if (before !== undefined && before.version > alert.version) return;
    this.alert = alert;
    this.unanswered = false;
    if (before?.version === alert.version) return;
    this.shown.follow(this.alertId, alert.version);
    this.replaced = before !== undefined;
    if (before === undefined) void this.focusOn('h1');
    else this.tellChanged();
  }

  private takeReport(report: Report): void {
    if (report.version !== this.alert?.version || report.status === this.alert.status) return;
    this.alert = { ...this.alert, status: report.status };
    this.tellChanged();
    // Another editor may have corrected or retracted it.
    this.load();
  }

  private tellChanged(): void {
    this.dispatchEvent(new CustomEvent('changed'));
  }

  private readonly onAbort = async (): Promise<void> => {
    this.asking = false;
    const path = `/v1/alerts/${this.alertId}/abort`;
    const answer = await this.desk.client.call<EditorAlert>(path, { method: 'POST' });
    if (answer.type === 'done') this.take(answer.body);
    this.aborted = abortedBy(answer);
    this.tellChanged();
    void this.focusOn('.note.aborted');
  };

  /** Without an alert the step may have been taken, or a colleague was first: the server knows. */
  private readonly onStepped = (event: CustomEvent<EditorAlert | null>): void => {
    if (event.detail === null) this.load();
    else this.take(event.detail);
    this.tellChanged();
    void this.focusOn('h1');
  };

  private write(change: NewVersion['change']): void {
    location.hash = `#/${this.alertId}/${change}`;
  }

  private readonly stopWriting = (): void => {
    this.writing = undefined; // now: the form must not see its own version come
    location.hash = `#/${this.alertId}`;
  };

  /** The writer goes on with the newest version of the alert as soon as it is loaded. */
  private readonly onOvertaken = (event: CustomEvent<number>): void => this.load(event.detail);

  private readonly onVersionSent = (event: CustomEvent<EditorAlert>): void => {
    this.stopWriting();
    this.take(event.detail);
    this.replaced = false; // it is what was sent here, and gets the focus
    void this.focusOn('h1');
  };

  override render(): TemplateResult {
    const { desk, alert, writing } = this;
    const { text } = desk.words;
    if (this.missing) return html`<div class="sheet"><p role="alert">${text.notFound}</p></div>`;
    if (alert === undefined) return this.renderWaiting(desk.words);
    if (writing !== undefined) {
      return html`
        <p>
          <button type="button" class="plain back" @click=${this.stopWriting}>${text.backToAlert}</button>
        </p>
        <desk-writer
          .desk=${desk}
          .subject=${{ change: writing, of: alert }}
          @sent=${this.onVersionSent}
          @overtaken=${this.onOvertaken}
        ></desk-writer>
      `;
    }
    return html`
      <article class="sheet alert">
        <p class="unseen" role="status">
          ${this.replaced ? `${text[alert.change]}: ${alert.headline}` : nothing}
        </p>
        ${renderAlertHead(alert, desk)}
        ${
          isWaiting(alert)
            ? html`<desk-waiting .desk=${desk} .alert=${alert} @stepped=${this.onStepped}></desk-waiting>`
            : this.renderPublic(alert)
        }
      </article>
      ${renderAbortQuestion(desk.words, {
        open: this.asking,
        report: this.shown.report,
        onConfirmed: this.onAbort,
        onDeclined: () => (this.asking = false),
      })}
    `;
  }

  private renderPublic(alert: EditorAlert): TemplateResult {
    const { desk } = this;
    return html`
      ${renderActions(alert, desk, {
        aborted: this.aborted,
        onAbort: () => (this.asking = true),
        onWrite: (change) => this.write(change),
      })}
      ${renderReportSection(this.shown, desk.words, alert.version, (version) => this.shown.follow(alert.id, version))}
    `;
  }

  private renderWaiting({ text }: Words): TemplateResult {
    const unanswered = html`
      <p>${text.noAnswerYet}</p>
      <button type="button" class="main" @click=${() => this.loading?.hurry()}>${text.again}</button>
    `;
    return html`<div class="sheet">
      ${this.unanswered ? nothing : html`<p class="quiet">${text.loading}</p>`}
      <div role="alert">${this.unanswered ? unanswered : nothing}</div>
    </div>`;
  }
}

customElements.define('desk-alert', AlertView);
