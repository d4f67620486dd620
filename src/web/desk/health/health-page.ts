import { html, nothing, type TemplateResult } from 'lit';
import type { Health } from '../../../delivery/health/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { topicNames } from '../topic-names.ts';
import { HEALTH_WORDS } from '../words/health-words.ts';
import { renderTable } from './table.ts';

/** How readers take the alerts, from counters: for approvers and admins. */
class HealthPage extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    health: { state: true },
    unanswered: { state: true },
  };
  declare desk: DeskShared;
  declare private health: Health | undefined;
  declare private unanswered: boolean;

  override firstUpdated(): void {
    void this.load();
    void this.focusOn('h1');
  }

  private get text(): (typeof HEALTH_WORDS)['en'] {
    return HEALTH_WORDS[this.desk.words.language];
  }

  private readonly load = async (): Promise<void> => {
    if (this.desk.editor.role === 'author') return;
    const answer = await this.desk.client.call<Health>('/v1/audience/health');
    this.unanswered = answer.type !== 'done';
    if (answer.type === 'done') this.health = answer.body;
  };

  override render(): TemplateResult {
    const { words, editor } = this.desk;
    const { text } = this;
    return html`<section class="sheet health" aria-labelledby="health-heading">
      <h1 id="health-heading" tabindex="-1">${text.heading}</h1>
      <p>${text.why}</p>
      ${editor.role === 'author' ? html`<p role="alert">${words.text.notAllowed}</p>` : nothing}
      ${this.health === undefined ? nothing : this.renderHealth(this.health)}
      <div role="alert">
        ${
          this.unanswered
            ? html`<p class="notice">${words.text.noServer}</p>
                <button type="button" @click=${this.load}>${words.text.again}</button>`
            : nothing
        }
      </div>
    </section>`;
  }

  private renderHealth({ days, alerts, topics, urgencies }: Health): TemplateResult {
    const { words, config } = this.desk;
    const { text } = this;
    return html`
      ${
        alerts.length === 0
          ? html`<p class="none">${text.nothing}</p>`
          : html`${renderTable('alerts', text.alert, alerts, words, (alert) => ({
                name: html`<a href="#/${alert.alertId}" lang=${alert.lang} dir="auto">${alert.headline}</a>
                  <small><time datetime=${alert.publishedAt}>${words.time(alert.publishedAt)}</time></small>`,
              }))}
              <p class="quiet">${text.counted}</p>
              ${renderTable('topics', text.topic, topics, words, (one) => ({
                name: topicNames([one.topic], config, words),
                alerts: one.alerts,
              }))}
              ${renderTable('urgencies', words.text.urgency, urgencies, words, (one) => ({
                name: words.text[one.urgency],
                alerts: one.alerts,
              }))}`
      }
      ${this.renderDays(days)}
    `;
  }

  private renderDays(days: Health['days']): TemplateResult {
    const { number } = this.desk.words;
    const { text } = this;
    const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));
    return html`<div class="wide" tabindex="0" role="region" aria-labelledby="health-days">
      <table>
        <caption id="health-days">
          ${text.days}
        </caption>
        <thead>
          <tr>
            <th scope="col">${text.day}</th>
            <th scope="col">${text.optIns}</th>
            <th scope="col">${text.left}</th>
            <th scope="col">${text.gone}</th>
            <th scope="col">${text.balance}</th>
          </tr>
        </thead>
        <tbody>
          ${withoutEmptyEnd(days).map(
            ({ day, optIns, left, gone }) =>
              html`<tr data-day=${day}>
                <th scope="row"><bdi dir="ltr">${day}</bdi></th>
                <td>${number(optIns)}</td>
                <td>${number(left)}</td>
                <td>${number(gone)}</td>
                <td><bdi dir="ltr">${signed(optIns - left - gone)}</bdi></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

/** At least a week; before the first that anything was counted on, there is nothing to see. */
function withoutEmptyEnd(days: Health['days']): Health['days'] {
  const last = days.findLastIndex(({ optIns, left, gone }) => optIns + left + gone > 0);
  return days.slice(0, Math.max(7, last + 1));
}

customElements.define('desk-health', HealthPage);
