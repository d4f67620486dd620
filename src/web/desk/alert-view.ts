import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { refusalOf, type Action } from '../../alerts/life-cycle.ts';
import type { EditorAlert, NewVersion } from '../../alerts/schema.ts';
import { persist, type Persistence } from '../common/keep-trying.ts';
import { renderAlertHead } from './alert-head.ts';
import type { Report } from '../../delivery/report/schema.ts';
import { isRefusedFor } from './client.ts';
import { DeskElement } from './element.ts';
import { lookAgain } from './look-again.ts';
import { renderReport, spokenProgress } from './report/report.ts';
import { followReport } from './report/report-stream.ts';
import type { DeskShared } from './desk-context.ts';
import { fill, type Words } from './words/words.ts';
import './confirm.ts';
import './writing/writer.ts';

/** An audience that did not grow for so long is whole: reports come every second. */
const COUNTED_MS = 2500;
/** A change of the alert that a colleague makes is refused by the API in any case. */
const LOOK_MS = 20_000;

type Aborted = 'aborted' | 'abortTooLate' | 'abortUnknown' | 'notAllowed';

/**
 * One alert: its report as it fills, and what can still be done about it. Tells `changed` when something was. `writing`
 * follows the address.
 */
class AlertView extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    alertId: { attribute: false },
    writing: { attribute: false },
    alert: { state: true },
    missing: { state: true },
    unanswered: { state: true },
    version: { state: true },
    report: { state: true },
    connected: { state: true },
    asking: { state: true },
    aborted: { state: true },
    replaced: { state: true },
    counting: { state: true },
  };
  declare desk: DeskShared;
  declare alertId: string;
  /** The kind of version that is being written. */
  declare writing: NewVersion['change'] | undefined;
  declare private alert: EditorAlert | undefined;
  declare private missing: boolean;
  /** The server did not say yet whether there is such an alert. */
  declare private unanswered: boolean;
  /** The version whose report is shown. */
  declare private version: number;
  declare private report: Report | undefined;
  /** Undefined until the first answer. */
  declare private connected: boolean | undefined;
  /** Whether the editor is asked if sending is to stop. */
  declare private asking: boolean;
  declare private aborted: Aborted | undefined;
  /** Whether a newer version came while this one was shown. */
  declare private replaced: boolean;
  /** Whether the audience of the version is still being frozen. */
  declare private counting: boolean;
  private counted: ReturnType<typeof setTimeout> | undefined;
  private loading: Persistence | undefined;
  private stopLooking: (() => void) | undefined;
  private stream: { close(): void } | undefined;

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
    this.follow(undefined);
    this.load();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The report is of one version: it tells nothing of the next.
    this.stopLooking = lookAgain(() => this.load(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopLooking?.();
    clearTimeout(this.counted);
    this.loading?.stop();
    this.stream?.close();
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
    this.follow(alert.version);
    this.replaced = before !== undefined;
    if (before === undefined) void this.focusOn('h1');
    else this.tellChanged();
  }

  private follow(version: number | undefined): void {
    this.stream?.close();
    this.stream = undefined;
    this.report = undefined;
    this.stopCounting();
    this.connected = undefined;
    this.version = version ?? 0;
    if (version === undefined) return;
    this.stream = followReport(this.alertId, version, {
      onReport: this.onReport,
      onState: (connected) => {
        this.connected = connected;
      },
      onLost: () => void this.desk.client.session(),
    });
  }

  private readonly onReport = (report: Report): void => {
    if (report.status !== 'sending') this.stopCounting();
    else if (this.report?.audience !== report.audience) this.count();
    this.report = report;
    if (report.version !== this.alert?.version || report.status === this.alert.status) return;
    this.alert = { ...this.alert, status: report.status };
    this.tellChanged();
    // Another editor may have corrected or retracted it.
    this.load();
  };

  /** The audience of an alert that is being sent is frozen part by part: what is known so far would be a false number. */
  private count(): void {
    clearTimeout(this.counted);
    this.counting = true;
    this.counted = setTimeout(() => this.stopCounting(), COUNTED_MS);
  }

  private stopCounting(): void {
    clearTimeout(this.counted);
    this.counting = false;
  }

  private tellChanged(): void {
    this.dispatchEvent(new CustomEvent('changed'));
  }

  private readonly onAbort = async (): Promise<void> => {
    this.asking = false;
    const path = `/v1/alerts/${this.alertId}/abort`;
    const answer = await this.desk.client.call<EditorAlert>(path, { method: 'POST' });
    if (answer.type === 'done') this.take(answer.body);
    this.aborted =
      answer.type === 'done'
        ? 'aborted'
        : answer.type === 'silent'
          ? 'abortUnknown'
          : answer.problem.code === 'wrong-status'
            ? 'abortTooLate'
            : 'notAllowed';
    this.tellChanged();
    void this.focusOn('.note.aborted');
  };

  private write(change: NewVersion['change']): void {
    location.hash = `#/${this.alertId}/${change}`;
  }

  private readonly stopWriting = (): void => {
    this.writing = undefined; // now: the form must not see its own version come
    location.hash = `#/${this.alertId}`;
  };

  /** The writer goes on with the newest version of the alert as soon as it is here. */
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
    const isOver = this.report !== undefined && this.report.status !== 'sending';
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
        ${renderAlertHead(alert, desk)} ${this.renderActions(alert, desk.words)}
        <section aria-labelledby="report-heading">
          <h2 id="report-heading">
            ${text.report}
            <span class="state ${this.connected === true && !isOver ? 'on' : ''}"
              >${{ true: isOver ? text.over : text.live, false: text.lost, undefined: nothing }[`${this.connected}`]}</span
            >
          </h2>
          ${this.renderVersions(alert, desk.words)}
          <p class="unseen" role="status">
            ${this.report && !this.counting ? spokenProgress(this.report, desk.words) : nothing}
          </p>
          ${this.report ? renderReport(this.report, desk.words, this.counting) : html`<p class="quiet">${text.loading}</p>`}
        </section>
      </article>
      ${this.renderAbortQuestion(desk.words)}
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

  private renderActions(alert: EditorAlert, { text }: Words): TemplateResult {
    const may = (action: Action): boolean => refusalOf(action, alert, this.desk.editor) === undefined;
    const write = (change: NewVersion['change'], label: string): TemplateResult | typeof nothing =>
      may(change)
        ? html`<button type="button" @click=${() => this.write(change)}>${label}</button>`
        : nothing;
    return html`
      <div class="buttons">
        ${
          may('abort')
            ? html`<button type="button" class="danger" @click=${() => (this.asking = true)}>
                ${text.abort}
              </button>`
            : nothing
        }
        ${write('update', text.updateIt)} ${write('correction', text.correct)}
        ${write('retraction', text.retract)}
        <a class="button" href="#/">${text.writeNew}</a>
      </div>
      ${this.aborted ? html`<p class="note aborted" tabindex="-1">${text[this.aborted]}</p>` : nothing}
    `;
  }

  private renderVersions(alert: EditorAlert, { text, number }: Words): TemplateResult | typeof nothing {
    if (alert.version === 1) return nothing;
    const all = Array.from({ length: alert.version }, (_, index) => alert.version - index);
    return html`
      <div class="versions" role="group" aria-label=${text.versions}>
        ${all.map(
          (version) =>
            html`<button
              type="button"
              aria-pressed=${version === this.version ? 'true' : 'false'}
              @click=${() => this.follow(version)}
            >
              ${fill(text.version, { n: number(version) })}
            </button>`,
        )}
      </div>
    `;
  }

  private renderAbortQuestion(words: Words): TemplateResult {
    const { text, plural, number } = words;
    const accepted = this.report?.outcomes.accepted ?? 0;
    const content = html`
      <p>
        <strong>
          ${fill(text.abortReached, {
            devices: plural(accepted, text.devices),
            audience: number(this.report?.audience ?? 0),
            pages: plural(this.report?.live.connections ?? 0, text.pages),
          })}
        </strong>
      </p>
      <p class="quiet">${text.abortRest}</p>
    `;
    return html`<desk-confirm
      .open=${this.asking}
      .heading=${text.abortTitle}
      .content=${content}
      .confirmLabel=${text.abortNow}
      .declineLabel=${text.keepSending}
      @confirmed=${this.onAbort}
      @declined=${() => (this.asking = false)}
    ></desk-confirm>`;
  }
}

customElements.define('desk-alert', AlertView);
