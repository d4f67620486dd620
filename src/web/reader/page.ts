import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import type { Alert } from '../../alerts/schema.ts';
import { nameIn, OURS, type Identity } from '../../pages/common/identity.ts';
import { masthead } from '../../pages/common/markup/masthead.ts';
import { readerLayout } from '../../pages/common/markup/reader-layout.ts';
import { sections } from '../../pages/common/markup/sections.ts';
import { timesIn, type Times } from '../../pages/common/times.ts';
import { directionIn, isLanguage, LANGUAGES, otherLanguage, type Language } from '../../words/language.ts';
import type { ReaderWords } from '../../words/reader-words.ts';
import type { FedBar } from '../bar/bar-element.ts';
import { recall, remember } from '../common/browser-memory.ts';
import { createServerClock } from '../common/server-clock.ts';
import type { LiveClient } from '../live/main.ts';
import { createBarFeed, type BarFeed } from './bar-feed.ts';
import { fewerOf } from './fewer/alert-topics.ts';
import { inBrowser } from './in-browser.ts';
import { renderList } from './list.ts';
import { openLiveNews } from './live-news.ts';
import { createNews, type News } from './news.ts';
import { readPageData } from './page-data.ts';
import { renderNotice } from './render-notice.ts';
import { share } from './share.ts';
import { renderMissed } from './unread/render-missed.ts';
import { createUnread, type Unread } from './unread/unread.ts';

/** How often the page updates the ages of alerts, ms. */
const TICK_MS = 15_000;

/** The reader page: what it shows, and what the reader does. It renders into the document, which has the only style sheet. */
export class ReaderPage extends LitElement {
  static override properties = {
    language: { state: true },
    connected: { state: true },
    online: { state: true },
    nowMs: { state: true },
    said: { state: true },
  };
  declare private language: Language;
  declare private connected: boolean;
  declare private online: boolean;
  declare private nowMs: number;
  declare private said: keyof ReaderWords | undefined;
  private readonly clock = createServerClock();
  private readonly news: News;
  private readonly barFeed: BarFeed;
  private times: Times;
  private live: LiveClient | undefined;
  private unread: Unread | undefined;
  /** Until the page's element goes. */
  private here: AbortController | undefined;
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
    const data = readPageData();
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
    this.here = new AbortController();
    const { signal } = this.here;
    addEventListener('online', this.noteOnline, { signal });
    addEventListener('offline', this.noteOnline, { signal });
    addEventListener('popstate', this.onPopState, { signal });
    this.ticking = setInterval(() => {
      this.nowMs = this.clock.now();
    }, TICK_MS);
    navigator.serviceWorker?.addEventListener('message', this.onPush, { signal });
    if (this.news.state !== 'ready') this.news.load();
    const { clock, news, barFeed } = this;
    const unread = createUnread({
      now: () => clock.now(),
      language: () => this.language,
      onChange: () => this.requestUpdate(),
    });
    this.unread = unread;
    this.live = openLiveNews({
      clock,
      news,
      barFeed,
      unread,
      onState: (connected) => {
        this.connected = connected;
      },
      onTime: (nowMs) => {
        this.nowMs = nowMs;
      },
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.here?.abort();
    clearInterval(this.ticking);
    this.news.close();
    this.unread?.close();
    this.live?.close();
  }

  private readonly noteOnline = (): void => {
    this.online = navigator.onLine;
  };

  /** A push came while our live line is down: the list has news. */
  private readonly onPush = (): void => {
    if (!this.connected) this.news.load();
  };

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

  private readonly share = async (alert: Alert): Promise<void> => {
    this.said = undefined;
    this.said = await share(alert);
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
    const count = this.unread?.count ?? 0;
    const name = nameIn(this.newsroom, this.language);
    document.title = count === 0 ? name : `(${count}) ${name}`;
    if (!changed.has('language')) return;
    this.times = timesIn(this.language);
    document.documentElement.lang = this.language;
    document.documentElement.dir = directionIn(this.language);
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
      card: html`<ajil-notifications
        .language=${language}
        .config=${news.config}
        .fewerOf=${fewerOf(location.search)}
      ></ajil-notifications>`,
      notice: renderNotice(online, this.said, language),
      list: html`${renderMissed(this.unread?.missed ?? [], {
        language,
        times,
        nowMs,
        onDismiss: () => this.unread?.dismiss(),
      })}
      ${renderList(news, {
        language,
        times,
        nowMs,
        onOlder: this.loadOlder,
        isUnread: (id) => this.unread?.has(id) === true,
        onShare: this.share,
      })}`,
    });
  }
}
