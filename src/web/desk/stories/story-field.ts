import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { primaryLanguage } from '../../../alerts/language.ts';
import type { Answer } from '../client.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { askedIn, refusalText } from '../refusal-text.ts';
import { STORY_WORDS } from '../words/stories-words.ts';
import { tellStoriesChanged, type Story } from './open-stories.ts';

const CREATE = 'new';
const MOST_NAME = 80;

/**
 * The story of an alert: none, an open one in its language, or a new one, which is started here. Tells `chosen` with the
 * story's id, or '' for none.
 */
class StoryField extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    value: { attribute: false },
    lang: { attribute: false },
    fault: { attribute: false },
    naming: { state: true },
    refused: { state: true },
    said: { state: true },
  };
  declare desk: DeskShared;
  /** Id of the story; '' is none. */
  declare value: string;
  /** Of the alert. */
  declare lang: string;
  /** What the server found wrong, in words. */
  declare fault: string | undefined;
  /** Whether a new story is being named. */
  declare private naming: boolean;
  declare private refused: string;
  declare private said: string;

  constructor() {
    super();
    this.naming = false;
    this.refused = '';
    this.said = '';
  }

  private get text(): (typeof STORY_WORDS)['en'] {
    return STORY_WORDS[this.desk.words.language];
  }

  private choose(value: string): void {
    this.said = '';
    this.refused = '';
    this.naming = value === CREATE;
    if (this.naming) void this.focusOn('[name="storyName"]');
    this.tell(this.naming ? '' : value);
  }

  private tell(id: string): void {
    this.dispatchEvent(new CustomEvent<string>('chosen', { detail: id }));
  }

  private readonly start = async (): Promise<void> => {
    const name = this.querySelector<HTMLInputElement>('[name="storyName"]')?.value.trim() ?? '';
    const path = '/v1/stories';
    const body = { name, lang: this.lang };
    const answer: Answer<Story> = await this.desk.client.call<Story>(path, { method: 'POST', body });
    if (answer.type !== 'done') {
      const { words } = this.desk;
      this.refused =
        answer.type === 'refused' ? refusalText(askedIn(path), answer.problem, words) : words.text.noServer;
      void this.focusOn('[name="storyName"]');
      return;
    }
    this.naming = false;
    this.refused = '';
    this.said = this.text.started;
    tellStoriesChanged(this);
    this.tell(answer.body.id);
    void this.focusOn('select');
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    void this.start();
  };

  override render(): TemplateResult {
    const { text, fault, naming } = this;
    const selected = naming ? CREATE : this.value;
    const isFaulty = fault !== undefined;
    return html`<div class="field story">
      <div class="label"><label for="field-story">${text.story}</label></div>
      <select
        id="field-story"
        name="story"
        aria-describedby=${isFaulty ? 'story-fault story-hint' : 'story-hint'}
        aria-invalid=${isFaulty}
        @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}
      >
        <option value="" .selected=${live(selected === '')}>${text.none}</option>
        ${this.offered().map(
          ({ id, name }) => html`<option value=${id} .selected=${live(selected === id)}>${name}</option>`,
        )}
        <option value=${CREATE} .selected=${live(selected === CREATE)}>${text.create}</option>
      </select>
      ${isFaulty ? html`<p class="fault" id="story-fault">${fault}</p>` : nothing}
      <p class="hint" id="story-hint">${text.hint}</p>
      ${naming ? this.renderNaming() : nothing}
      <p class="unseen" role="status">${this.said}</p>
    </div>`;
  }

  /** One that has just been started, or has ended since, stays chosen. */
  private offered(): readonly Pick<Story, 'id' | 'name'>[] {
    const lang = primaryLanguage(this.lang);
    const open = this.desk.stories.filter((story) => primaryLanguage(story.lang) === lang);
    const isListed = this.value === '' || open.some(({ id }) => id === this.value);
    return isListed ? open : [...open, { id: this.value, name: this.text.ended }];
  }

  private renderNaming(): TemplateResult {
    const { text, refused } = this;
    return html`<div class="naming">
      <label for="field-story-name">${text.name}</label>
      <input
        id="field-story-name"
        name="storyName"
        lang=${this.lang}
        dir="auto"
        maxlength=${MOST_NAME}
        autocomplete="off"
        aria-describedby="story-name-fault story-name-hint"
        aria-invalid=${refused === '' ? 'false' : 'true'}
        @keydown=${this.onKey}
      />
      <p class="fault" id="story-name-fault" role="alert">${refused}</p>
      <p class="hint" id="story-name-hint">${text.nameHint}</p>
      <button type="button" @click=${this.start}>${text.start}</button>
    </div>`;
  }
}

customElements.define('desk-story-field', StoryField);
