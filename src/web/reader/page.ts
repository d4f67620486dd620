import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Alert } from '../../alerts/schema.ts';
import { openLiveClient, type LiveClient } from '../live/main.ts';
import {
  DATA_BLOCK,
  isBreaking,
  type FrontPageData,
  type PublicConfig,
} from '../../pages/common/front-page-data.ts';
import type { FedBar } from '../bar/bar-element.ts';
import { persist, type Persistence } from '../common/keep-trying.ts';
import { createServerClock } from '../common/server-clock.ts';
import { EMPTY_BOOK, refresh, take, type AlertBook } from './alert-book.ts';
import { renderAlert, type ItemView } from './alert-item.ts';
import { recall, remember } from '../common/browser-memory.ts';
import { CLOUD_OFF } from './icons.ts';
import { loadAlerts, loadConfig } from './loading.ts';
import { renderMasthead } from './masthead.ts';
import { renderSections } from './sections.ts';
import { READER_STRINGS, type Language } from '../../pages/common/reader-words.ts';
import { timesIn, type Times } from '../../pages/common/times.ts';

/** How often the page updates the ages of alerts, ms. */
const TICK_MS = 15_000;

/** The reader page: its state, and where the state comes from. It renders into the document, which has the only style sheet. */
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
  /** All alerts that the page knows, of every section. */
  private known: AlertBook = EMPTY_BOOK;
  private readonly clock = createServerClock();
  private bar: FedBar | undefined;
  /** The bar's first alerts, until the bar exists. */
  private breaking: readonly Alert[] = [];
  /** Ids of the bar's alerts: their later versions go to the bar too, even quiet ones. */
  private readonly inBar = new Set<string>();
  private times: Times;
  private live: LiveClient | undefined;
  private loading: Persistence | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    // The address decides, otherwise this browser's memory, which may be older than the cookies.
    const asked = new URLSearchParams(location.search).has('lang') ? undefined : recall('language');
    this.language = (asked ?? document.documentElement.lang) === 'en' ? 'en' : 'ar';
    this.times = timesIn(this.language);
    this.listed = EMPTY_BOOK;
    this.next = null;
    this.state = 'loading';
    this.connected = false;
    this.online = navigator.onLine;
    this.takeData();
    this.nowMs = this.clock.now();
  }

  /** Takes the data that the server rendered the page from. */
  private takeData(): void {
    const block = document.querySelector(`#${DATA_BLOCK}`);
    if (block === null) return;
    const data = JSON.parse(block.textContent) as FrontPageData;
    this.clock.set(data.nowMs);
    this.config = data.config;
    this.topic = data.topic ?? undefined;
    this.listed = take(EMPTY_BOOK, data.alerts);
    this.known = take(EMPTY_BOOK, data.breaking);
    this.breaking = data.breaking;
    this.next = data.next;
    this.state = 'ready';
  }

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren(); // Lit writes the same elements again before the browser draws.
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('online', this.noteOnline);
    addEventListener('offline', this.noteOnline);
    addEventListener('popstate', this.onPopState);
    this.ticking = setInterval(() => {
      this.nowMs = this.clock.now();
    }, TICK_MS);
    navigator.serviceWorker?.addEventListener('message', this.onPush);
    if (this.state !== 'ready') this.load();
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
    removeEventListener('popstate', this.onPopState);
    navigator.serviceWorker?.removeEventListener('message', this.onPush);
    clearInterval(this.ticking);
    this.loading?.stop();
    this.live?.close();
  }

  private readonly noteOnline = (): void => {
    this.online = navigator.onLine;
  };

  /** A push came while our live line is down: the list has news. */
  private readonly onPush = (): void => {
    if (!this.connected) this.load();
  };

  /** Loads the list of the chosen section from the server, until that succeeds. Gives up an earlier load. */
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
        this.known = take(this.known, page.alerts);
        this.next = page.next;
        this.state = 'ready';
      },
      () => {
        this.state = this.listed.alerts.length > 0 ? 'ready' : 'failed';
      },
    );
  }

  private takeLive(alert: Alert): void {
    this.look();
    this.known = take(this.known, [alert]);
    const isListed = this.listed.alerts.some(({ id }) => id === alert.id);
    if (isListed || this.belongs(alert)) this.listed = take(this.listed, [alert]);
    if (this.inBar.has(alert.id) || isBreaking(alert, this.nowMs)) this.feed([alert]);
    this.requestUpdate();
  }

  /**
   * The live line sent the current alerts, because it could not send the missed versions. Retracted alerts are not among
   * them, and a list that was loaded before, also at the start, may still show them as true. So the list is loaded again.
   */
  private reset(current: readonly Alert[]): void {
    this.look();
    this.known = take(this.known, current);
    this.listed = take(
      this.listed,
      current.filter((alert) => this.belongs(alert)),
    );
    const breaking = current.filter((alert) => this.inBar.has(alert.id) || isBreaking(alert, this.nowMs));
    this.note(breaking);
    this.bar?.reset(breaking);
    this.requestUpdate();
    this.load();
  }

  /** The live line knows the server's time better than the page, which was loaded once. */
  private look(): void {
    if (this.live !== undefined) this.clock.set(this.live.now());
    this.nowMs = this.clock.now();
  }

  private feed(alerts: readonly Alert[]): void {
    this.note(alerts);
    for (const alert of alerts) this.bar?.take(alert);
  }

  private note(alerts: readonly Alert[]): void {
    for (const { id } of alerts) this.inBar.add(id);
  }

  private belongs(alert: Alert): boolean {
    return this.topic === undefined || alert.topics.includes(this.topic);
  }

  private readonly choose = (event: Event, topic: string | undefined): void => {
    event.preventDefault();
    history.pushState(null, '', topic === undefined ? '/' : `/?topic=${topic}`);
    this.open(topic);
  };

  private readonly onPopState = (): void => {
    this.open(new URLSearchParams(location.search).get('topic') ?? undefined);
  };

  private open(topic: string | undefined): void {
    this.topic = topic;
    this.listed = take(
      EMPTY_BOOK,
      this.known.alerts.filter((alert) => this.belongs(alert)),
    );
    this.next = null;
    this.state = 'loading';
    this.load();
  }

  private readonly loadOlder = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { topic, next } = this;
    if (next === null) return;
    const last = this.listed.alerts.at(-1)?.id;
    try {
      const page = await loadAlerts(topic, { before: next });
      if (topic !== this.topic) return;
      this.listed = take(this.listed, page.alerts);
      this.next = page.next;
      await this.updateComplete;
      // The link is gone with the last page: the reader goes on at the first alert that came.
      if (page.next === null) this.querySelector<HTMLElement>(`[data-alert="${last}"] + li h3 a`)?.focus();
    } catch {
      // The link is still there.
    }
  };

  private readonly switchLanguage = (event: Event): void => {
    event.preventDefault();
    this.language = this.language === 'ar' ? 'en' : 'ar';
    remember('language', this.language);
  };

  protected override firstUpdated(): void {
    this.bar = this.querySelector<FedBar>('ajil-bar') ?? undefined;
    if (this.bar === undefined) return;
    this.bar.clock = this.clock;
    this.note(this.breaking);
    this.bar.reset(this.breaking);
    this.bar.addEventListener('ajil-hide', (event) => {
      const { alertId, reason } = (event as CustomEvent<{ alertId: string; reason: string }>).detail;
      if (reason === 'dismissed') remember('closed', alertId);
    });
  }

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
      <ajil-bar line="page" position="sticky"></ajil-bar>
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
      ${this.next === null ? nothing : html`<a class="more" href=${this.olderPage(this.next)} @click=${this.loadOlder}>${text.more}</a>`}
    `;
  }

  private olderPage(before: string): string {
    return `/?${new URLSearchParams({ ...(this.topic === undefined ? {} : { topic: this.topic }), before })}`;
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
