import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../alerts/schema.ts';
import { recall, remember } from '../common/browser-memory.ts';
import type { DeskConfig, DeskSession } from './answers.ts';
import { createClient, type Client } from './client.ts';
import { Colleagues } from './colleagues/colleagues.ts';
import { renderBypass } from './colleagues/render-bypass.ts';
import { renderWriting } from './colleagues/render-writing.ts';
import { DeskElement } from './element.ts';
import { pressByKeys } from './keyboard/shortcuts.ts';
import { loadNames, NO_NAMES, type Names } from './names.ts';
import { renderPage } from './page.ts';
import { openIdOf, routeOf, type Route } from './route.ts';
import type { SignedIn } from './sign-in.ts';
import { loadStories, STORIES_CHANGED, type Story } from './stories/open-stories.ts';
import { createSignOut, type SignOut } from './sign-out.ts';
import { renderTop } from './top.ts';
import { wordsIn, type Words } from './words/words.ts';
import { directionIn, isLanguage, LANGUAGES, otherLanguage } from '../../words/language.ts';
import './confirm.ts';
import './keyboard/key-sheet.ts';
import './lists/lists.ts';
import './passkey-offer.ts';
import './sign-in.ts';

const rememberedLanguage = () => {
  const language = recall('language');
  return isLanguage(language) ? language : LANGUAGES[0];
};

/** The desk: who is signed in, in which language, and which page is open. */
class Desk extends DeskElement {
  static override properties = {
    words: { state: true },
    session: { state: true },
    config: { state: true },
    trouble: { state: true },
    ended: { state: true },
    names: { state: true },
    stories: { state: true },
    route: { state: true },
    changes: { state: true },
    told: { state: true },
    typedKey: { state: true },
    showingKeys: { state: true },
  };
  declare private words: Words;
  declare private session: DeskSession | undefined;
  declare private config: DeskConfig | undefined;
  /** The server did not answer the first questions. */
  declare private trouble: boolean;
  /** The session ended while the editor worked. */
  declare private ended: boolean;
  declare private names: Names;
  declare private stories: readonly Story[];
  declare private route: Route;
  /** Counts changes that were made here: the list then looks again. */
  declare private changes: number;
  /** What the page must say, wherever the editor is now. */
  declare private told: 'stillSignedIn' | 'takenBack' | undefined;
  /** The editor has just typed a key. */
  declare private typedKey: boolean;
  declare private showingKeys: boolean;
  private asked = false;
  private readonly client: Client;
  private readonly signOut: SignOut;
  private readonly colleagues: Colleagues;

  constructor() {
    super();
    this.words = wordsIn(rememberedLanguage());
    this.trouble = false;
    this.ended = false;
    this.changes = 0;
    this.showingKeys = false;
    this.typedKey = false;
    this.names = NO_NAMES;
    this.stories = [];
    this.addEventListener(STORIES_CHANGED, () => void this.loadShared());
    this.route = routeOf(location.hash);
    pressByKeys(this);
    this.client = createClient(() => {
      this.ended ||= this.session !== undefined;
      this.session = undefined;
    });
    this.colleagues = new Colleagues(this, {
      client: this.client,
      route: () => this.route,
      editor: () => this.session?.editor,
      onChange: () => this.onChanged(),
    });
    this.signOut = createSignOut(this, {
      client: this.client,
      editorId: () => this.session?.editor.id,
      onEnd: (isOut) => {
        this.told = isOut ? undefined : 'stillSignedIn';
        if (!isOut) return;
        this.ended = false;
        this.session = undefined;
      },
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.onRoute);
    void this.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.onRoute);
  }

  private readonly start = async (): Promise<void> => {
    this.trouble = false;
    const [session, config] = await Promise.all([
      this.client.session(),
      this.client.call<DeskConfig>('/v1/config'),
    ]);
    this.asked = true;
    if (config.type === 'done') this.config = config.body;
    if (session.type === 'done') this.session = session.body;
    this.trouble = config.type !== 'done' || session.type === 'silent';
    this.requestUpdate();
    void this.loadShared();
  };

  /** Names of editors, and the open stories. */
  private async loadShared(): Promise<void> {
    if (this.session === undefined) return;
    [this.names, this.stories] = await Promise.all([
      loadNames(this.client, this.names),
      loadStories(this.client, this.stories),
    ]);
  }

  private readonly onRoute = (): void => {
    const before = this.route;
    this.route = routeOf(location.hash);
    this.told = undefined;
    // The link or button that led to the form is gone with the other page.
    if (this.route.page === 'new' && before.page !== 'new') {
      void this.focusOn('desk-writer [name="headline"]');
    }
  };

  private readonly onSignedIn = (event: CustomEvent<SignedIn>): void => {
    this.session = event.detail.session;
    this.typedKey = event.detail.by === 'key';
    this.ended = false;
    void this.loadShared();
    // Any other page puts the focus where its content begins.
    if (this.route.page === 'new') void this.focusOn('desk-writer [name="headline"]');
  };

  private readonly switchLanguage = (): void => {
    const other = otherLanguage(this.words.language);
    this.words = wordsIn(other);
    remember('language', other);
  };

  private readonly onSent = (event: CustomEvent<EditorAlert>): void => {
    this.changes += 1;
    location.hash = `#/${event.detail.id}`;
  };

  private readonly onChanged = (): void => {
    this.changes += 1;
    void this.loadShared();
  };

  /** A text came back from being sent: it is written on where it was written. */
  private readonly onBack = (event: CustomEvent<string>): void => {
    location.hash = event.detail;
    // After the page has changed, which says something of its own.
    addEventListener('hashchange', () => (this.told = 'takenBack'), { once: true });
  };

  /** An admin has changed topics or the newsroom: every page must go by that. */
  private readonly onConfigured = async (): Promise<void> => {
    const config = await this.client.call<DeskConfig>('/v1/config');
    if (config.type === 'done') this.config = config.body;
    void this.loadShared();
  };

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('words')) return;
    const { text, language } = this.words;
    document.documentElement.lang = language;
    document.documentElement.dir = directionIn(language);
    document.title = text.title;
  }

  override render(): TemplateResult {
    const { words } = this;
    const { text } = words;
    return html`
      <a class="skip" href="#content" @click=${this.skip}>${text.skip}</a>
      ${renderTop(words, {
        editor: this.session?.editor,
        route: this.route,
        onKeys: () => (this.showingKeys = true),
        onSwitchLanguage: this.switchLanguage,
        onSignOut: this.signOut.start,
      })}
      ${this.config?.drill === true ? html`<p class="drill">${text.drill}</p>` : nothing}
      <main id="content" tabindex="-1">
        ${renderBypass(this.colleagues.bypass, { words, names: this.names }, () => this.colleagues.noteBypass(undefined))}
        <div role="alert">
          ${this.told === undefined ? nothing : html`<p class="notice ${this.told}">${text[this.told]}</p>`}
        </div>
        ${this.renderContent()}
      </main>
      ${this.signOut.render(words)}
      <desk-keys
        .words=${words}
        .open=${this.showingKeys}
        @closed=${() => (this.showingKeys = false)}
      ></desk-keys>
    `;
  }

  private renderContent(): TemplateResult {
    const { client, words, config, session } = this;
    const { text } = words;
    if (this.trouble) {
      return html`<div class="sheet narrow" role="alert">
        <p>${text.noServer}</p>
        <button type="button" class="main" @click=${this.start}>${text.again}</button>
      </div>`;
    }
    if (!this.asked || config === undefined) return html`<p class="quiet">${text.loading}</p>`;
    if (session === undefined) {
      return html`<desk-sign-in
        .client=${client}
        .words=${words}
        .publicUrl=${config.publicUrl}
        .ended=${this.ended}
        @signed-in=${this.onSignedIn}
      ></desk-sign-in>`;
    }
    const desk = { client, words, config, editor: session.editor, names: this.names, stories: this.stories };
    const page = renderPage(this.route, desk, {
      sent: this.onSent,
      changed: this.onChanged,
      back: this.onBack,
      configured: () => void this.onConfigured(),
    });
    return html`
      ${
        this.typedKey
          ? html`<desk-passkey-offer
              .desk=${desk}
              @over=${() => (this.typedKey = false)}
            ></desk-passkey-offer>`
          : nothing
      }
      <div class="columns">
        ${page}
        <div class="beside">
          ${renderWriting(this.colleagues.writing, desk)}
          <desk-lists .desk=${desk} .openId=${openIdOf(this.route)} .changes=${this.changes}></desk-lists>
        </div>
      </div>
    `;
  }

  /** The hash holds the route: a skip link must not change it. */
  private readonly skip = (event: Event): void => {
    event.preventDefault();
    void this.focusOn('#content');
  };
}

customElements.define('ajil-desk', Desk);
