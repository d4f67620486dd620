import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { topicNames } from '../topic-names.ts';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';
import { textInput } from './inputs.ts';
import type { Made } from './shown-key.ts';
import { readSource, renderSourceFields } from './source-form.ts';
import { renderSourceState } from './source-state.ts';
import type { Source } from './source.ts';
import './shown-key.ts';
import './source-items.ts';

/** Which systems alerts come in from; each can be added, changed and deleted. */
class Sources extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    sources: { state: true },
    made: { state: true },
    added: { state: true },
  };
  declare private sources: readonly Source[] | undefined;
  /** A secret that can be read only now. */
  declare private made: Made | undefined;
  /** Counts what was added: each gets an empty form. */
  declare private added: number;

  constructor() {
    super();
    this.added = 0;
  }

  protected override async load(): Promise<void> {
    this.sources = (await this.get<{ sources: readonly Source[] }>('/v1/sources'))?.sources;
  }

  private async save(event: SubmitEvent, source: Source | undefined): Promise<void> {
    const { id: typed, body } = readSource(event);
    const [of, id] = [source?.id ?? '', source?.id ?? typed];
    const path = `/v1/sources/${encodeURIComponent(id)}`;
    const options = { method: 'PUT', body, onlyNew: source === undefined } as const;
    const answer = await this.submit<{ secret?: string }>(of, path, options);
    if (answer.type !== 'done') return;
    if (source === undefined) this.added += 1;
    else void this.focusOn(`[data-source="${id}"] summary`);
    const { secret } = answer.body;
    if (secret === undefined) return;
    this.made = { name: id, key: secret, isSecret: true };
    void this.focusOn('desk-shown-key h2');
  }

  private askToRemove({ id }: Source): void {
    const { admin } = this.desk.words.text;
    this.asked = {
      heading: fill(admin.removeAsk, { name: isolate(id) }),
      why: '',
      yes: admin.removeYes,
      onYes: () => void this.change(`/v1/sources/${id}`, { method: 'DELETE' }),
    };
  }

  override render(): TemplateResult {
    const { words } = this.desk;
    const { admin } = words.text;
    return html`
      ${this.renderMessage()}
      <desk-shown-key
        .words=${words}
        .made=${this.made}
        @stored=${() => (this.made = undefined)}
      ></desk-shown-key>
      ${this.sources?.length === 0 ? html`<p class="quiet">${admin.noSources}</p>` : nothing}
      ${this.sources?.map((source) => this.renderOne(source))}
      ${keyed(
        this.added,
        html`<form
          class="row stacked"
          aria-label=${admin.addSource}
          @submit=${(event: SubmitEvent) => void this.save(event, undefined)}
        >
          <h2>${admin.addSource}</h2>
          ${textInput('id', admin.sourceId, '', {
            id: 'source-id',
            dir: 'ltr',
            hint: admin.sourceIdHint,
            fault: this.faultIn('', 'id'),
            required: true,
            most: 40,
          })}
          ${renderSourceFields(undefined, this.desk, (name) => this.faultIn('', name))}
          <button class="main">${admin.add}</button>
        </form>`,
      )}
    `;
  }

  private renderOne(source: Source): TemplateResult {
    const { words, config } = this.desk;
    const { admin } = words.text;
    const topics = Object.values(source.topics).filter((topic) => topic !== null);
    return html`<section class="row" aria-label=${source.id} data-source=${source.id}>
      <h2><bdi dir="ltr">${source.id}</bdi></h2>
      <p>
        <b dir="ltr">${source.type}</b> · ${admin.modes[source.mode]} ·
        <span class="quiet">${topicNames([...new Set(topics)], config, words)}</span>
      </p>
      <p class="quiet">
        ${
          source.type === 'feed'
            ? html`${admin.readFrom} <bdi dir="ltr">${source.url}</bdi>`
            : html`${admin.sendsTo} <bdi dir="ltr">${config.publicUrl}/v1/intake/${source.id}</bdi>`
        }
      </p>
      ${renderSourceState(source.state, words)}
      <details>
        <summary>${admin.change}</summary>
        ${keyed(
          // Saved settings make a new form: the lines that somebody added by hand are gone from it.
          JSON.stringify({ ...source, state: null }),
          html`<form @submit=${(event: SubmitEvent) => void this.save(event, source)}>
            ${renderSourceFields(source, this.desk, (name) => this.faultIn(source.id, name))}
            <button>${admin.save}</button>
          </form>`,
        )}
      </details>
      <desk-source-items .desk=${this.desk} .sourceId=${source.id}></desk-source-items>
      <button type="button" class="danger" @click=${() => this.askToRemove(source)}>${admin.remove}</button>
    </section>`;
  }
}

customElements.define('desk-sources', Sources);
