import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EditorAlert, NewVersion } from '../../alerts/schema.ts';
import { recall, remember } from '../common/browser-memory.ts';
import type { DeskConfig, DeskSession } from './answers.ts';
import { createClient, type Client } from './client.ts';
import { draftsOf, eraseDrafts } from './writing/draft.ts';
import { DeskElement } from './element.ts';
import { localShelf } from './writing/local-shelf.ts';
import { renderSignOutQuestion, renderTop } from './top.ts';
import { wordsIn, type Words } from './words/words.ts';
import { directionIn, isLanguage, LANGUAGES, otherLanguage } from '../../words/language.ts';
import './confirm.ts';
import './sign-in.ts';
import './writing/writer.ts';
import './alert-view.ts';
import './recent.ts';

/**
 * `#/` writes a new alert, `#/<id>` shows one, `#/<id>/correction` corrects it. So the editor stays in the same place after a
 * reload, and after signing in again.
 */
const ALERT_ROUTE = /^#\/([0-9a-z]{26})(?:\/(update|correction|retraction))?$/;

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
    openId: { state: true },
    openChange: { state: true },
    changes: { state: true },
    leaving: { state: true },
    stayed: { state: true },
  };
  declare private words: Words;
  declare private session: DeskSession | undefined;
  declare private config: DeskConfig | undefined;
  /** The server did not answer the first questions. */
  declare private trouble: boolean;
  /** The session ended while the editor worked. */
  declare private ended: boolean;
  declare private openId: string | undefined;
  /** The kind of version that the editor writes. */
  declare private openChange: NewVersion['change'] | undefined;
  /** Counts changes that were made here: the list then looks again. */
  declare private changes: number;
  /** The number of drafts that the question before signing out is about; 0: no question. */
  declare private leaving: number;
  /** The server did not confirm that the session is over. */
  declare private stayed: boolean;
  private asked = false;
  private readonly client: Client;

  constructor() {
    super();
    this.words = wordsIn(rememberedLanguage());
    this.trouble = false;
    this.ended = false;
    this.changes = 0;
    this.leaving = 0;
    this.stayed = false;
    this.onRoute();
    this.client = createClient(() => {
      this.ended ||= this.session !== undefined;
      this.session = undefined;
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
  };

  private readonly onRoute = (): void => {
    const [, id, change] = ALERT_ROUTE.exec(location.hash) ?? [];
    // The link or button that led to the form is gone with the report.
    if (id === undefined && this.openId !== undefined) void this.focusOn('desk-writer [name="headline"]');
    this.openId = id;
    this.openChange = change as NewVersion['change'] | undefined;
  };

  private readonly onSignedIn = (event: CustomEvent<DeskSession>): void => {
    this.session = event.detail;
    this.ended = false;
    void this.focusOn('desk-writer [name="headline"]');
  };

  private readonly onSignOut = (): void => {
    const drafts = this.session === undefined ? [] : draftsOf(this.session.editor.id, localShelf());
    if (drafts.length === 0) void this.signOut();
    else this.leaving = drafts.length;
  };

  private async signOut(drafts: 'keep' | 'erase' = 'keep'): Promise<void> {
    this.leaving = 0;
    const editor = this.session?.editor.id;
    this.stayed = !(await this.client.signOut());
    if (this.stayed || editor === undefined) return;
    if (drafts === 'erase') eraseDrafts(editor, localShelf());
    this.ended = false;
    this.session = undefined;
  }

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
        editorName: this.session?.editor.name,
        onSwitchLanguage: this.switchLanguage,
        onSignOut: this.onSignOut,
      })}
      <main id="content" tabindex="-1">
        <div role="alert">
          ${this.stayed ? html`<p class="notice faults">${text.stillSignedIn}</p>` : nothing}
        </div>
        ${this.renderContent()}
      </main>
      ${renderSignOutQuestion(words, this.leaving, {
        onErase: () => this.signOut('erase'),
        onKeep: () => this.signOut('keep'),
        onStay: () => (this.leaving = 0),
      })}
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
        .ended=${this.ended}
        @signed-in=${this.onSignedIn}
      ></desk-sign-in>`;
    }
    const shared = { client, words, config, editor: session.editor };
    return html`
      <div class="columns">
        ${
          this.openId === undefined
            ? html`<desk-writer .desk=${shared} .subject=${NEW_ALERT} @sent=${this.onSent}></desk-writer>`
            : html`<desk-alert
                .desk=${shared}
                .alertId=${this.openId}
                .writing=${this.openChange}
                @changed=${this.onChanged}
              ></desk-alert>`
        }
        <desk-recent .desk=${shared} .openId=${this.openId} .changes=${this.changes}></desk-recent>
      </div>
    `;
  }

  /** The hash holds the route: a skip link must not change it. */
  private readonly skip = (event: Event): void => {
    event.preventDefault();
    void this.focusOn('#content');
  };
}

const NEW_ALERT = { change: 'new' } as const;

customElements.define('ajil-desk', Desk);
