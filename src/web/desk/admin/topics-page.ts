import { html, type TemplateResult } from 'lit';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';
import { faultAmong } from './field-faults.ts';
import { readForm, textInput } from './inputs.ts';

/** As `GET /v1/topics` gives it. */
interface Topic {
  readonly id: string;
  readonly names: Readonly<Record<string, string>>;
  readonly order: number;
  readonly default: boolean;
}

/** What readers follow: names in each language, order, whether new readers get it. Tells `configured` after each change. */
class Topics extends AdminElement {
  static override properties = { ...AdminElement.properties, topics: { state: true } };
  declare private topics: readonly Topic[] | undefined;

  protected override async load(): Promise<void> {
    const isFirst = this.topics === undefined;
    this.topics = (await this.get<{ topics: readonly Topic[] }>('/v1/topics'))?.topics;
    if (!isFirst) this.dispatchEvent(new CustomEvent('configured'));
  }

  private async onSave(event: SubmitEvent, topic: Topic | undefined): Promise<void> {
    const { form, value } = readForm(event);
    const names = this.languagesOf(topic).map((lang) => [lang, value(`name-${lang}`)] as const);
    const body = {
      names: Object.fromEntries(names.filter(([, name]) => name !== '')),
      order: Number(value('order')),
      default: value('default') === 'on',
    };
    const id = encodeURIComponent(topic?.id ?? value('id'));
    const options = { method: 'PUT', body, onlyNew: topic === undefined } as const;
    const answer = await this.submit(topic?.id ?? '', `/v1/topics/${id}`, options);
    if (topic === undefined && answer.type === 'done') form.reset();
  }

  private askToRemove(topic: Topic): void {
    const { text, language } = this.desk.words;
    this.asked = {
      heading: fill(text.admin.removeTopicAsk, { name: isolate(topic.names[language] ?? topic.id) }),
      why: text.admin.removeTopicWhy,
      yes: text.admin.removeTopicYes,
      onYes: () => void this.change(`/v1/topics/${topic.id}`, { method: 'DELETE' }),
    };
  }

  /** The newsroom's, and those in which it has a name already. */
  private languagesOf(topic: Topic | undefined): string[] {
    return [...new Set([...this.desk.config.languages, ...Object.keys(topic?.names ?? {})])];
  }

  override render(): TemplateResult {
    const { admin } = this.desk.words.text;
    const { topics = [] } = this;
    const next = Math.max(0, ...topics.map(({ order }) => order + 1));
    return html`
      ${this.renderMessage()}
      ${topics.map(
        (topic) =>
          html`<form
            class="row"
            aria-label=${topic.id}
            data-topic=${topic.id}
            @submit=${(event: SubmitEvent) => this.onSave(event, topic)}
          >
            <h2><bdi dir="ltr">${topic.id}</bdi></h2>
            ${this.renderFields(topic, topic.order)}
            <div class="buttons">
              <button>${admin.save}</button>
              <button type="button" class="danger" @click=${() => this.askToRemove(topic)}>
                ${admin.remove}
              </button>
            </div>
          </form>`,
      )}
      <form class="row" @submit=${(event: SubmitEvent) => this.onSave(event, undefined)}>
        <h2>${admin.addTopic}</h2>
        ${textInput('id', admin.topicId, '', { id: 'topic-id', dir: 'ltr', hint: admin.topicIdHint, fault: this.faultIn('', 'id'), required: true, most: 40 })}
        ${this.renderFields(undefined, next)}
        <button class="main">${admin.add}</button>
      </form>
    `;
  }

  private renderFields(topic: Topic | undefined, order: number): TemplateResult {
    const { text, languageName } = this.desk.words;
    const { admin } = text;
    const of = topic?.id ?? '';
    const faultIn = (name: string): string | undefined => this.faultIn(of, name);
    const languages = this.languagesOf(topic);
    return html`
      ${languages.map((lang) =>
        textInput(
          `name-${lang}`,
          fill(admin.nameIn, { language: languageName(lang) }),
          topic?.names[lang] ?? '',
          {
            id: `name-${lang}-${of}`,
            lang,
            dir: 'auto',
            fault: faultAmong('names', languages, lang, faultIn),
            most: 60,
          },
        ),
      )}
      ${textInput('order', admin.order, String(order), { id: `order-${of}`, type: 'number', fault: faultIn('order'), most: 9999, required: true })}
      <label class="consent">
        <input type="checkbox" name="default" .checked=${topic?.default ?? false} />
        <span>${admin.byDefault}</span>
      </label>
    `;
  }
}

customElements.define('desk-topics', Topics);
