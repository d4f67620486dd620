import { html, nothing, type TemplateResult } from 'lit';
import { AdminElement } from './admin-element.ts';

/** As `GET /v1/audit` gives it. */
interface Entry {
  readonly id: string;
  readonly at: string;
  readonly editorId: string;
  readonly action: string;
  readonly target: string;
  readonly hash: string;
}
interface Page {
  readonly entries: readonly Entry[];
  readonly next: string | null;
}

const PAGE = 50;
/** The id of an alert, with the number of a version if it is not the first. */
const ALERT = /^([0-9a-z]{26})(?::\d+)?$/;

/** What editors did, newest first. */
class Audit extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    entries: { state: true },
    next: { state: true },
    action: { state: true },
  };
  declare private entries: readonly Entry[];
  declare private next: string | null;
  /** Only these are shown; empty: all. */
  declare private action: string;

  constructor() {
    super();
    this.entries = [];
    this.next = null;
    this.action = '';
  }

  protected override async load(): Promise<void> {
    const before = this.next === null ? '' : `&before=${this.next}`;
    const page = await this.get<Page>(`/v1/audit?limit=${PAGE}${before}`);
    if (page === undefined) return;
    this.entries = [...this.entries, ...page.entries];
    this.next = page.next;
  }

  override render(): TemplateResult {
    const { text } = this.desk.words;
    const { admin } = text;
    const actions = [...new Set(this.entries.map(({ action }) => action))].toSorted();
    const shown = this.entries.filter(({ action }) => this.action === '' || action === this.action);
    return html`
      ${this.renderMessage()}
      <p class="field">
        <a class="button" href="/v1/audit/export" download aria-describedby="download-hint"
          >${admin.download}</a
        >
        <span class="hint" id="download-hint">${admin.downloadWhy}</span>
      </p>
      <p class="field">
        <label for="audit-action">${admin.action}</label>
        <select
          id="audit-action"
          aria-describedby="audit-hint"
          @change=${(event: Event) => (this.action = (event.target as HTMLSelectElement).value)}
        >
          <option value="">${admin.anyAction}</option>
          ${actions.map((action) => html`<option value=${action} .selected=${action === this.action}>${action}</option>`)}
        </select>
        <span class="hint" id="audit-hint">${admin.filterWhy}</span>
      </p>
      ${shown.length === 0 ? html`<p class="quiet">${admin.nothingDone}</p>` : this.renderTable(shown)}
      ${
        this.next === null
          ? nothing
          : html`<button type="button" @click=${() => void this.load()}>${text.older}</button>`
      }
    `;
  }

  private renderTable(entries: readonly Entry[]): TemplateResult {
    const { words, names } = this.desk;
    const { admin } = words.text;
    return html`<div class="wide" tabindex="0" role="region" aria-label=${admin.entries}>
      <table>
        <thead>
          <tr>
            <th scope="col">${admin.when}</th>
            <th scope="col">${admin.who}</th>
            <th scope="col">${admin.action}</th>
            <th scope="col">${admin.target}</th>
            <th scope="col">${admin.hash}</th>
          </tr>
        </thead>
        <tbody>
          ${entries.map(
            ({ at, editorId, action, target, hash }) =>
              html`<tr>
                <td><time datetime=${at}>${words.time(at)}</time></td>
                <td>${names.of(editorId, words)}</td>
                <td><code dir="ltr">${action}</code></td>
                <td><bdi dir="ltr">${renderTarget(target)}</bdi></td>
                <td><code dir="ltr" title=${hash}>${hash.slice(0, 12)}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

function renderTarget(target: string): TemplateResult | string {
  const id = ALERT.exec(target)?.[1];
  return id === undefined ? target : html`<a href="#/${id}">${target}</a>`;
}

customElements.define('desk-audit', Audit);
