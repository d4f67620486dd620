import { html, nothing, type TemplateResult } from 'lit';
import { topicNames } from '../topic-names.ts';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';

/** As `GET /v1/sources` gives it. */
interface Source {
  readonly id: string;
  readonly type: string;
  readonly mode: 'draft' | 'send';
  readonly topics: Readonly<Record<string, string | null>>;
}

/** Which systems alerts come in from. */
class Sources extends AdminElement {
  static override properties = { ...AdminElement.properties, sources: { state: true } };
  declare private sources: readonly Source[] | undefined;

  protected override async load(): Promise<void> {
    this.sources = (await this.get<{ sources: readonly Source[] }>('/v1/sources'))?.sources;
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
    const { words, config } = this.desk;
    const { admin } = words.text;
    return html`
      ${this.renderMessage()}
      ${this.sources?.length === 0 ? html`<p class="quiet">${admin.noSources}</p>` : nothing}
      ${this.sources?.map((source) => {
        const topics = Object.values(source.topics).filter((topic) => topic !== null);
        return html`<section class="row" aria-label=${source.id} data-source=${source.id}>
          <h2><bdi dir="ltr">${source.id}</bdi></h2>
          <p>
            <b dir="ltr">${source.type}</b> · ${admin.modes[source.mode]} ·
            <span class="quiet">${topicNames([...new Set(topics)], config, words)}</span>
          </p>
          <button type="button" class="danger" @click=${() => this.askToRemove(source)}>
            ${admin.remove}
          </button>
        </section>`;
      })}
    `;
  }
}

customElements.define('desk-sources', Sources);
