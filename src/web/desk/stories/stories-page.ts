import { html, nothing, type TemplateResult } from 'lit';
import { AdminElement } from '../admin/admin-element.ts';
import { readForm, textInput } from '../admin/inputs.ts';
import { STORY_WORDS } from '../words/stories-words.ts';
import { fill, isolate } from '../words/words.ts';
import { tellStoriesChanged, type Story } from './open-stories.ts';

/** The open stories: every editor renames and ends them. */
class StoriesPage extends AdminElement {
  static override properties = { ...AdminElement.properties, stories: { state: true } };
  declare private stories: readonly Story[] | undefined;

  private get text(): (typeof STORY_WORDS)['en'] {
    return STORY_WORDS[this.desk.words.language];
  }

  override firstUpdated(changed: Map<PropertyKey, unknown>): void {
    super.firstUpdated(changed);
    void this.focusOn('h1');
  }

  protected override async load(): Promise<void> {
    const isFirst = this.stories === undefined;
    this.stories = (await this.get<{ stories: readonly Story[] }>('/v1/stories'))?.stories ?? this.stories;
    if (!isFirst) tellStoriesChanged(this);
  }

  private async onRename(event: SubmitEvent, { id }: Story): Promise<void> {
    const { value } = readForm(event);
    await this.submit(id, `/v1/stories/${id}`, { method: 'PATCH', body: { name: value('name') } });
  }

  private askToEnd({ id, name }: Story): void {
    const { text } = this;
    this.asked = {
      heading: fill(text.endAsk, { name: isolate(name) }),
      why: text.endWhy,
      yes: text.endYes,
      onYes: () => void this.change(`/v1/stories/${id}`, { method: 'PATCH', body: { ended: true } }),
    };
  }

  override render(): TemplateResult {
    const { text, stories } = this;
    return html`<section class="sheet admin stories" aria-labelledby="stories-heading">
      <h1 id="stories-heading" tabindex="-1">${text.page}</h1>
      <p>${text.pageWhy}</p>
      ${this.renderMessage()} ${stories?.length === 0 ? html`<p class="none">${text.nothing}</p>` : nothing}
      ${stories?.map((story) => this.renderStory(story))}
    </section>`;
  }

  private renderStory(story: Story): TemplateResult {
    const { text } = this;
    const { words } = this.desk;
    const { id, name, lang, alerts, endsAt } = story;
    return html`<form
      class="row stacked"
      aria-labelledby="story-${id}"
      data-story=${id}
      @submit=${(event: SubmitEvent) => this.onRename(event, story)}
    >
      <h2 id="story-${id}" lang=${lang} dir="auto">${name}</h2>
      <p class="quiet">
        ${words.plural(alerts, text.alerts)} · ${words.languageName(lang)} ·
        ${fill(text.ends, { time: words.time(endsAt) })} ·
        <a href="/stories/${id}" target="_blank">${text.read}</a>
      </p>
      ${textInput('name', text.name, name, {
        id: `name-${id}`,
        lang,
        dir: 'auto',
        fault: this.faultIn(id, 'name'),
        most: 80,
        required: true,
      })}
      <div class="buttons">
        <button>${text.rename}</button>
        <button type="button" class="danger" @click=${() => this.askToEnd(story)}>${text.end}</button>
      </div>
    </form>`;
  }
}

customElements.define('desk-stories', StoriesPage);
