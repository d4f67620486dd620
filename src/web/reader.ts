import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Alert } from '../alerts/schema.ts';
import { openLiveClient, type LiveClient } from './live-client.ts';
import { STRINGS, type Language, type Strings } from './strings.ts';
import { currentSubscription, pushSupported, turnOff, turnOn, type Known } from './subscribing.ts';

interface PublicConfig {
  readonly vapidPublicKey: string;
  readonly topics: readonly {
    readonly id: string;
    readonly names: Readonly<Record<string, string>>;
    readonly default: boolean;
  }[];
}

const SHOWN = 30;

/** The reader page. It renders into the page itself, whose style sheet is the only one. */
class Reader extends LitElement {
  static override properties = {
    alerts: { state: true },
    connected: { state: true },
    known: { state: true },
    problem: { state: true },
    language: { state: true },
    config: { state: true },
  };
  declare private alerts: readonly Alert[];
  declare private connected: boolean;
  declare private known: Known | undefined;
  declare private problem: keyof Strings | undefined;
  declare private language: Language;
  declare private config: PublicConfig | undefined;
  private live: LiveClient | undefined;

  constructor() {
    super();
    this.alerts = [];
    this.connected = false;
    this.language = localStorage.getItem('language') === 'en' ? 'en' : 'ar';
    this.problem = pushSupported() ? undefined : 'unsupported';
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.start();
    this.live = openLiveClient({
      query: {},
      onAlert: (alert) => this.take([alert]),
      onState: (connected) => {
        this.connected = connected;
      },
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.live?.close();
  }

  private async start(): Promise<void> {
    const [config, recent] = await Promise.all([
      fetch('/v1/config').then((response) => response.json() as Promise<PublicConfig>),
      fetch(`/v1/alerts?limit=${SHOWN}`).then((response) => response.json() as Promise<{ alerts: Alert[] }>),
    ]);
    this.config = config;
    this.take(recent.alerts);
    if (!pushSupported()) return;
    await navigator.serviceWorker.register('/sw.js');
    const known = await currentSubscription();
    // Push services forget, and browsers do not always say so: every visit tells the server again.
    if (known !== undefined) this.known = await turnOn(config.vapidPublicKey, known.topics, this.language);
  }

  /** The newest version of each alert, newest alert first. */
  private take(more: readonly Alert[]): void {
    const latest = new Map(this.alerts.map((alert) => [alert.id, alert]));
    for (const alert of more) {
      if ((latest.get(alert.id)?.version ?? 0) < alert.version) latest.set(alert.id, alert);
    }
    this.alerts = [...latest.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, SHOWN);
  }

  private async act(action: () => Promise<Known | undefined>): Promise<void> {
    this.problem = undefined;
    try {
      this.known = await action();
    } catch {
      this.problem = Notification.permission === 'denied' ? 'denied' : 'failed';
    }
  }

  private readonly onSubscribe = (event: SubmitEvent): void => {
    event.preventDefault();
    const topics = new FormData(event.target as HTMLFormElement).getAll('topic').map(String);
    if (topics.length === 0 || this.config === undefined) return;
    const { vapidPublicKey } = this.config;
    void this.act(() => turnOn(vapidPublicKey, topics, this.language));
  };

  private readonly switchLanguage = (): void => {
    this.language = this.language === 'ar' ? 'en' : 'ar';
    localStorage.setItem('language', this.language);
  };

  override render(): TemplateResult {
    const text = STRINGS[this.language];
    document.documentElement.lang = this.language;
    document.documentElement.dir = this.language === 'ar' ? 'rtl' : 'ltr';
    document.title = text.title;
    const top = this.alerts.find(
      (alert) => alert.change !== 'retraction' && Date.parse(alert.expiresAt) > Date.now(),
    );
    return html`
      <div class="bar" role="status">
        ${top ? html`<p lang=${top.lang} dir=${top.dir}><strong>${text.urgent}</strong><span>${top.headline}</span></p>` : nothing}
      </div>
      <header>
        <h1>${text.title}</h1>
        <span class="state" role="status">${this.connected ? text.live : text.connecting}</span>
        <button type="button" @click=${this.switchLanguage}>${text.other}</button>
      </header>
      <main>
        ${this.renderNotifications(text)}
        <h2>${text.latest}</h2>
        ${this.alerts.length === 0 ? html`<p class="quiet">${text.none}</p>` : nothing}
        <ol>
          ${this.alerts.map((alert) => this.renderAlert(alert, text))}
        </ol>
      </main>
    `;
  }

  private renderNotifications(text: Strings): TemplateResult | typeof nothing {
    if (this.config === undefined) return nothing;
    const { known } = this;
    return html`
      <section class="card">
        <h2>${known ? text.on : text.ask}</h2>
        ${known ? nothing : html`<p class="quiet">${text.askMore}</p>`}
        <form @submit=${this.onSubscribe}>
          <fieldset>
            <legend>${text.topics}</legend>
            ${this.config.topics.map(
              (topic) => html`
                <label>
                  <input
                    type="checkbox"
                    name="topic"
                    value=${topic.id}
                    ?checked=${known ? known.topics.includes(topic.id) : topic.default}
                  />
                  ${topic.names[this.language] ?? topic.id}
                </label>
              `,
            )}
          </fieldset>
          <button class="main" ?disabled=${!pushSupported()}>${known ? text.save : text.turnOn}</button>
          ${known ? html`<button type="button" @click=${() => this.stop(known)}>${text.turnOff}</button>` : nothing}
        </form>
        <p role="alert">${this.problem ? text[this.problem] : nothing}</p>
      </section>
    `;
  }

  private stop(known: Known): void {
    void this.act(() => turnOff(known).then(() => undefined));
  }

  private renderAlert(alert: Alert, text: Strings): TemplateResult {
    const at = alert.publishedAt ?? alert.createdAt;
    const shown = new Intl.DateTimeFormat(this.language, { dateStyle: 'medium', timeStyle: 'short' });
    const link = alert.url?.startsWith('https://') ? alert.url : undefined;
    return html`
      <li class=${alert.change === 'retraction' ? 'retracted' : ''}>
        ${alert.change === 'new' ? nothing : html`<span class="change">${text[alert.change]}</span>`}
        <div lang=${alert.lang} dir=${alert.dir}>
          <h3>${link ? html`<a href=${link}>${alert.headline}</a>` : alert.headline}</h3>
          ${alert.note ? html`<p class="change">${alert.note}</p>` : nothing}
          ${alert.body ? html`<p>${alert.body}</p>` : nothing}
        </div>
        <time datetime=${at}>${shown.format(new Date(at))}</time>
      </li>
    `;
  }
}

customElements.define('ajil-reader', Reader);
