import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Story } from '../../alerts/stories/schema.ts';
import type { Language } from '../../words/language.ts';
import { CARD, type CardWords } from '../../words/reader-words.ts';
import { followAtServer, followedStories } from '../subscription/followed.ts';
import { readRecord } from '../subscription/record.ts';

/** The open stories whose follow-ups come to this browser, each with a button that leaves it. */
export class FollowedStories extends LitElement {
  static override properties = {
    language: { attribute: false },
    stories: { state: true },
    message: { state: true },
  };
  declare language: Language;
  declare private stories: readonly Story[];
  declare private message: keyof CardWords | undefined;
  private here: AbortController | undefined;

  constructor() {
    super();
    this.language = 'ar';
    this.stories = [];
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.here = new AbortController();
    // A notification may have brought a story, or left one.
    navigator.serviceWorker?.addEventListener('message', () => void this.load(), {
      signal: this.here.signal,
    });
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.here?.abort();
  }

  private async load(): Promise<void> {
    try {
      const record = await readRecord();
      if (record !== undefined) this.stories = await followedStories(record);
    } catch {
      // What is shown stays; the next visit asks again.
    }
  }

  private async leave({ id }: Story): Promise<void> {
    this.message = 'saving';
    try {
      await followAtServer(await readRecord(), id, false);
      this.stories = this.stories.filter((story) => story.id !== id);
      this.message = 'left';
      await this.updateComplete;
      this.querySelector<HTMLElement>('h3')?.focus();
    } catch {
      this.message = 'failed';
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { language, stories, message } = this;
    if (stories.length === 0 && message === undefined) return nothing;
    const text = CARD[language];
    return html`
      <section class="followed" aria-labelledby="followed-title">
        <h3 id="followed-title" tabindex="-1">${text.followed}</h3>
        <p class="hint">${text.followedMore}</p>
        <ul role="list">
          ${stories.map(
            (story) => html`
              <li>
                <a href="/stories/${story.id}" id="followed-${story.id}"
                  ><bdi lang=${story.lang}>${story.name}</bdi></a
                >
                <button
                  type="button"
                  id="leave-${story.id}"
                  aria-labelledby="leave-${story.id} followed-${story.id}"
                  @click=${() => this.leave(story)}
                >
                  ${text.leave}
                </button>
              </li>
            `,
          )}
        </ul>
        <p class="message" role="status">${message === undefined ? nothing : text[message]}</p>
      </section>
    `;
  }
}
