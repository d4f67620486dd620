import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { STATUSES } from '../../../alerts/schema.ts';
import { textIn } from '../admin/inputs.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { refusalText } from '../refusal-text.ts';
import { fill } from '../words/words.ts';
import { renderAlertRow } from './alert-row.ts';
import { createLoadedList, type LoadedList } from './loaded-list.ts';
import { addressOf, apiQueryOf, searchOf, type Search } from './search.ts';

/** All alerts, searched by words, days, editor and status. The address holds the search. */
class History extends DeskElement {
  static override properties = { desk: { attribute: false }, query: { attribute: false } };
  declare desk: DeskShared;
  /** Of the address. */
  declare query: string;
  private list: LoadedList | undefined;

  override firstUpdated(): void {
    void this.focusOn('[name="q"]');
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('query')) return;
    const query = apiQueryOf(searchOf(this.query));
    this.list = createLoadedList(this.desk.client, query, () => this.requestUpdate());
    void this.list.refresh();
  }

  private readonly onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const query = new URLSearchParams(
      ['q', 'from', 'to', 'createdBy', 'status'].map((name) => [name, textIn(form, name)]),
    );
    location.hash = addressOf(searchOf(query.toString()));
  };

  override render(): TemplateResult {
    const { finding } = this.desk.words.text;
    const search = searchOf(this.query);
    return html`
      <section class="sheet history" aria-labelledby="history-heading">
        <h1 id="history-heading" tabindex="-1">${finding.history}</h1>
        <form role="search" @submit=${this.onSubmit}>
          ${this.renderFields(search)}
          <div class="buttons">
            <button class="main">${finding.find}</button>
            <a class="button" href="#/history">${finding.clear}</a>
          </div>
        </form>
        ${this.renderFound()}
      </section>
    `;
  }

  private renderFields(search: Search): TemplateResult {
    const { words, names } = this.desk;
    const { finding, status } = words.text;
    const input = (name: 'q' | 'from' | 'to', type: string, label: string): TemplateResult => html`
      <p class="field ${name}">
        <label for="search-${name}">${label}</label>
        <input id="search-${name}" name=${name} type=${type} maxlength="200" .value=${live(search[name])} />
      </p>
    `;
    const editors = [...names.all].toSorted(([, a], [, b]) => a.localeCompare(b));
    return html`
      ${input('q', 'search', finding.search)}
      <div class="pair">
        ${input('from', 'date', finding.from)} ${input('to', 'date', finding.to)}
        ${select('createdBy', finding.editor, search.createdBy, [['', finding.anyone], ...editors])}
        ${select('status', finding.status, search.status, [
          ['', finding.anyStatus],
          ...STATUSES.map((name): [string, string] => [name, status[name]]),
        ])}
      </div>
    `;
  }

  private renderFound(): TemplateResult {
    const { words } = this.desk;
    const { text } = words;
    const { list } = this;
    const alerts = list?.alerts;
    if (list?.problem !== undefined) {
      return html`<p class="note" role="alert">${refusalText('alerts', list.problem, words)}</p>`;
    }
    return html`
      <p class="quiet" role="status">
        ${alerts === undefined ? text.loading : list?.hasMore ? fill(text.finding.foundSoFar, { n: words.number(alerts.length) }) : words.plural(alerts.length, text.finding.found)}
      </p>
      ${list?.isFresh === false ? html`<p class="note" role="alert">${text.finding.listLost}</p>` : nothing}
      <ol class="rows">
        ${alerts?.map((alert) => renderAlertRow(alert, this.desk, undefined))}
      </ol>
      ${
        list?.hasMore
          ? html`<button type="button" @click=${() => void list.more()}>${text.older}</button>`
          : nothing
      }
    `;
  }
}

function select(
  name: string,
  label: string,
  value: string,
  choices: readonly (readonly [string, string])[],
): TemplateResult {
  return html`<p class="field">
    <label for="search-${name}">${label}</label>
    <select id="search-${name}" name=${name}>
      ${choices.map(([id, shown]) => html`<option value=${id} .selected=${id === value}>${shown}</option>`)}
    </select>
  </p>`;
}

customElements.define('desk-history', History);
