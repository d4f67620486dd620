import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Alert } from '../../alerts/schema.ts';
import { DATA_BLOCK, type FrontPageData } from '../../pages/common/front-page-data.ts';
import { nameIn, OURS, type Identity } from '../../pages/common/identity.ts';
import { masthead } from '../../pages/common/markup/masthead.ts';
import { readerLayout } from '../../pages/common/markup/reader-layout.ts';
import { sections } from '../../pages/common/markup/sections.ts';
import { timesIn, type Times } from '../../pages/common/times.ts';
import { directionIn, isLanguage, LANGUAGES, otherLanguage, type Language } from '../../words/language.ts';
import { READER } from '../../words/reader-words.ts';
import type { FedBar } from '../bar/bar-element.ts';
import { recall, remember } from '../common/browser-memory.ts';
import { createServerClock } from '../common/server-clock.ts';
import { openLiveClient, type LiveClient } from '../live/main.ts';
import { createBarFeed, type BarFeed } from './bar-feed.ts';
import { CLOUD_OFF } from './icons.ts';
import { inBrowser } from './in-browser.ts';
import { renderList } from './list.ts';
import { createNews, type News } from './news.ts';

/** How often the page updates the ages of alerts, ms. */
const TICK_MS = 15_000;

/** The reader page: what it shows, and what the reader does. It renders into the document, which has the only style sheet. */
export class ReaderPage extends LitElement {
  static override properties = {
    language: { state: true },
    connected: { state: true },
    online: { state: true },
    nowMs: { state: true },
  };
  declare private language: Language;
  declare private connected: boolean;
  declare private online: boolean;
  declare private nowMs: number;
  private readonly clock = createServerClock();
  private readonly news: News;
  private readonly barFeed: BarFeed;
  private times: Times;
  private live: LiveClient | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    // The address decides, otherwise this browser's memory, which may be older than the cookies.
    const asked = new URLSearchParams(location.search).has('lang') ? undefined : recall('language');
    const wanted = asked ?? document.documentElement.lang;
    this.language = isLanguage(wanted) ? wanted : LANGUAGES[0];
    this.times = timesIn(this.language);
    this.connected = false;
    this.online = navigator.onLine;
    const data = readData();
    if (data !== undefined) this.clock.set(data.nowMs);
    this.news = createNews(data, () => this.requestUpdate());
    this.barFeed = createBarFeed(data?.breaking ?? []);
    this.nowMs = this.clock.now();
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
    if (this.news.state !== 'ready') this.news.load();
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
    this.news.close();
    this.live?.close();
  }

  private readonly noteOnline = (): void => {
    this.online = navigator.onLine;
  };

  /** A push came while our live line is down: the list has news. */
  private readonly onPush = (): void => {
    if (!this.connected) this.news.load();
  };

  private takeLive(alert: Alert): void {
    this.look();
    this.news.take(alert);
    this.barFeed.take(alert, this.nowMs);
  }

  private reset(current: readonly Alert[]): void {
    this.look();
    this.barFeed.reset(current, this.nowMs);
    this.news.reset(current);
  }

  /** The live line knows the server's time better than the page, which was loaded once. */
  private look(): void {
    if (this.live !== undefined) this.clock.set(this.live.now());
    this.nowMs = this.clock.now();
  }

  private readonly choose = (event: Event, topic: string | undefined): void => {
    event.preventDefault();
    history.pushState(null, '', topic === undefined ? '/' : `/?topic=${topic}`);
    this.news.open(topic);
  };

  private readonly onPopState = (): void => {
    this.news.open(new URLSearchParams(location.search).get('topic') ?? undefined);
  };

  private readonly loadOlder = async (event: Event): Promise<void> => {
    event.preventDefault();
    const last = this.news.alerts.at(-1)?.id;
    try {
      if (!(await this.news.loadOlder())) return;
      await this.updateComplete;
      // The link is gone with the last page: the reader goes on at the first alert that came.
      if (this.news.next === null) {
        this.querySelector<HTMLElement>(`[data-alert="${last}"] + li h3 a`)?.focus();
      }
    } catch {
      // The link is still there.
    }
  };

  private readonly switchLanguage = (event: Event): void => {
    event.preventDefault();
    this.language = otherLanguage(this.language);
    remember('language', this.language);
  };

  private get newsroom(): Identity {
    return this.news.config?.newsroom ?? OURS;
  }

  protected override firstUpdated(): void {
    const bar = this.querySelector<FedBar>('ajil-bar');
    if (bar !== null) this.barFeed.attach(bar, this.clock);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('language')) return;
    this.times = timesIn(this.language);
    document.documentElement.lang = this.language;
    document.documentElement.dir = directionIn(this.language);
    document.title = nameIn(this.newsroom, this.language);
  }

  override render(): TemplateResult {
    const { language, news, nowMs, online, times } = this;
    const { topics = [] } = news.config ?? {};
    return readerLayout(inBrowser, language, {
      bar: html`<ajil-bar line="page" position="sticky"></ajil-bar>`,
      masthead: masthead(inBrowser, {
        language,
        newsroom: this.newsroom,
        day: times.day(nowMs),
        line: online ? (this.connected ? 'live' : 'connecting') : 'offline',
        onSwitchLanguage: this.switchLanguage,
      }),
      sections: sections(inBrowser, { language, topics, chosen: news.topic, onChoose: this.choose }),
      card: html`<ajil-notifications .language=${language} .config=${news.config}></ajil-notifications>`,
      notice: online
        ? nothing
        : html`<span class="notice">${CLOUD_OFF} ${READER[language].offlineMore}</span>`,
      list: renderList(news, { language, times, nowMs, onOlder: this.loadOlder }),
    });
  }
}

/** The data that the server wrote the page of. */
function readData(): FrontPageData | undefined {
  const block = document.querySelector(`#${DATA_BLOCK}`);
  return block === null ? undefined : (JSON.parse(block.textContent) as FrontPageData);
}
