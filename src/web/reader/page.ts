import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Alert } from '../../alerts/schema.ts';
import { openLiveClient, type LiveClient } from '../live-client.ts';
import { persist, type Persistence } from '../persist.ts';
import { breakingOf, EMPTY_BOOK, keepCurrent, refresh, take, type AlertBook } from './alert-book.ts';
import { renderAlert, type ItemView } from './alert-item.ts';
import { renderBreakingBar } from './breaking-bar.ts';
import { recall, remember } from './browser-memory.ts';
import { CLOUD_OFF } from './icons.ts';
import { loadAlerts, loadConfig, type PublicConfig } from './loading.ts';
import { renderMasthead } from './masthead.ts';
import { renderSections } from './sections.ts';
import { READER_STRINGS, type Language } from '../../pages/reader-words.ts';
import { timesIn, type Times } from '../../pages/times.ts';

/** How often the ages of alerts are written anew, and stale ones leave the bar, ms. */
const TICK_MS = 15_000;

/** The reader page: what is known, and how it comes in. It renders into the page itself, whose style sheet is the only one. */
export class ReaderPage extends LitElement {
  static override properties = {
    language: { state: true },
    config: { state: true },
    topic: { state: true },
    listed: { state: true },
    next: { state: true },
    state: { state: true },
    connected: { state: true },
    online: { state: true },
    nowMs: { state: true },
  };
  declare private language: Language;
  declare private config: PublicConfig | undefined;
  /** The section that is chosen; undefined: all. */
  declare private topic: string | undefined;
  /** The list, of the chosen section. */
  declare private listed: AlertBook;
  declare private next: string | null;
  declare private state: 'loading' | 'failed' | 'ready';
  declare private connected: boolean;
  declare private online: boolean;
  declare private nowMs: number;
  /** What the bar chooses from, whatever section is chosen. */
  private current: AlertBook = EMPTY_BOOK;
  private times: Times;
  private live: LiveClient | undefined;
  private loading: Persistence | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.language = recall('language') === 'en' ? 'en' : 'ar';
    this.times = timesIn(this.language);
    this.listed = EMPTY_BOOK;
    this.next = null;
    this.state = 'loading';
    this.connected = false;
    this.online = navigator.onLine;
    this.nowMs = Date.now();
  }

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren(); // what stood there before scripts ran
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('online', this.noteOnline);
    addEventListener('offline', this.noteOnline);
    this.ticking = setInterval(() => {
      this.nowMs = Date.now();
    }, TICK_MS);
    navigator.serviceWorker?.addEventListener('message', this.onPush);
    this.load();
    this.live = openLiveClient({
      query: {},
      onAlert: (alert) => this.takeLive(alert),
      onReset: (current) => this.reset(current),
      onState: (connected) => {
        this.connected = connected;
      },
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('online', this.noteOnline);
    removeEventListener('offline', this.noteOnline);
    navigator.serviceWorker?.removeEventListener('message', this.onPush);
    clearInterval(this.ticking);
    this.loading?.stop();
    this.live?.close();
  }

  private readonly noteOnline = (): void => {
    this.online = navigator.onLine;
  };

  /** A push came while our own line is down: the list has news. */
  private readonly onPush = (): void => {
    if (!this.connected) this.load();
  };

  /** Loads the list of the chosen section from the server, until that succeeds. What was asked for before is given up. */
  private load(): void {
    this.loading?.stop();
    const { topic } = this;
    this.loading = persist(
      async (signal) => {
        const [config, page] = await Promise.all([
          this.config ?? loadConfig(signal),
          loadAlerts(topic, { signal }),
        ]);
        this.config = config;
        this.listed = refresh(this.listed, page.alerts, page.next !== null);
        this.current = refresh(this.current, page.alerts, true);
        this.next = page.next;
        this.state = 'ready';
      },
      () => {
        this.state = this.listed.alerts.length > 0 ? 'ready' : 'failed';
      },
    );
  }

  private takeLive(alert: Alert): void {
    this.nowMs = Date.now();
    this.current = take(this.current, [alert]);
    const known = this.listed.alerts.some(({ id }) => id === alert.id);
    if (known || this.belongs(alert)) this.listed = take(this.listed, [alert]);
    this.requestUpdate();
  }

  /**
   * The line could not tell what was missed, only what is current, and retracted alerts are not among that: a list that
   * was asked for before, at the start as well, may still call them true.
   */
  private reset(current: readonly Alert[]): void {
    this.nowMs = Date.now();
    this.current = keepCurrent(this.current, current);
    this.listed = take(
      this.listed,
      current.filter((alert) => this.belongs(alert)),
    );
    this.requestUpdate();
    this.load();
  }

  private belongs(alert: Alert): boolean {
    return this.topic === undefined || alert.topics.includes(this.topic);
  }

  private readonly choose = (topic: string | undefined): void => {
    this.topic = topic;
    this.listed = { ...EMPTY_BOOK, alerts: this.current.alerts.filter((alert) => this.belongs(alert)) };
    this.next = null;
    this.state = 'loading';
    this.load();
  };

  private readonly loadOlder = async (): Promise<void> => {
    const { topic, next } = this;
    if (next === null) return;
    try {
      const page = await loadAlerts(topic, { before: next });
      if (topic !== this.topic) return;
      this.listed = take(this.listed, page.alerts);
      this.next = page.next;
    } catch {
      // The button is still there.
    }
  };

  private readonly switchLanguage = (): void => {
    this.language = this.language === 'ar' ? 'en' : 'ar';
    remember('language', this.language);
  };

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('language')) return;
    this.times = timesIn(this.language);
    document.documentElement.lang = this.language;
    document.documentElement.dir = this.language === 'ar' ? 'rtl' : 'ltr';
    document.title = READER_STRINGS[this.language].title;
  }

  override render(): TemplateResult {
    const { language, times, nowMs } = this;
    const text = READER_STRINGS[language];
    return html`
      <a class="skip" href="#news">${text.skip}</a>
      ${renderBreakingBar(breakingOf(this.current, nowMs), { text, language, times, nowMs })}
      ${renderMasthead({
        text,
        day: times.day(nowMs),
        line: this.online ? (this.connected ? 'live' : 'connecting') : 'offline',
        switchLanguage: this.switchLanguage,
        otherLanguage: language === 'ar' ? 'en' : 'ar',
      })}
      ${renderSections({ text, language, topics: this.config?.topics ?? [], chosen: this.topic, choose: this.choose })}
      <div class="columns">
        <ajil-notifications .language=${language} .config=${this.config}></ajil-notifications>
        <main id="news" tabindex="-1">
          <h2 class="visually-hidden">${text.latest}</h2>
          <p class="notice-place" role="status">
            ${this.online ? nothing : html`<span class="notice">${CLOUD_OFF} ${text.offlineMore}</span>`}
          </p>
          ${this.renderList()}
        </main>
      </div>
      <footer><p>${text.footer}</p></footer>
    `;
  }

  private renderList(): TemplateResult {
    const text = READER_STRINGS[this.language];
    const { alerts } = this.listed;
    if (alerts.length === 0) return this.renderNothing();
    const view: ItemView = {
      text,
      language: this.language,
      times: this.times,
      nowMs: this.nowMs,
      topicName: (id) => this.config?.topics.find((topic) => topic.id === id)?.names[this.language] ?? id,
    };
    return html`
      <ol class="alerts" role="list">
        ${repeat(
          alerts,
          ({ id }) => id,
          (alert, index) => renderAlert(alert, view, index === 0),
        )}
      </ol>
      ${this.next === null ? nothing : html`<button class="more" type="button" @click=${this.loadOlder}>${text.more}</button>`}
    `;
  }

  private renderNothing(): TemplateResult {
    const text = READER_STRINGS[this.language];
    if (this.state === 'loading') {
      return html`<div class="empty" aria-busy="true">
        <span class="visually-hidden">${text.loading}</span><i></i><i></i><i></i>
      </div>`;
    }
    if (this.state === 'ready') {
      return html`<div class="empty">
        <h3>${text.none}</h3>
        <p>${text.noneMore}</p>
      </div>`;
    }
    return html`
      <div class="empty" role="alert">
        <h3>${text.loadFailed}</h3>
        <p>${text.loadFailedMore}</p>
        <button type="button" @click=${() => this.loading?.hurry()}>${text.retry}</button>
      </div>
    `;
  }
}
