import { ownScript } from '../common/trusted-types.ts';
import { LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { eraseRecord, readRecord, type Preferences } from '../subscription/record.ts';
import { followLanguage } from '../subscription/follow-language.ts';
import { forgetAtServer } from '../subscription/server.ts';
import { subscribe, unsubscribe } from '../subscription/subscribe.ts';
import { pushSupport } from '../subscription/support.ts';
import { recall, remember } from '../common/browser-memory.ts';
import { firstChoice, readChoice } from './choices-form.ts';
import { renderCard, renderReopen } from './card-view.ts';
import type { PublicConfig } from '../../pages/common/front-page-data.ts';
import type { Language } from '../../words/language.ts';
import type { CardWords } from '../../words/reader-words.ts';

/** Turns notifications on and off: our question first, then the browser's. */
export class NotificationsCard extends LitElement {
  static override properties = {
    language: { attribute: false },
    config: { attribute: false },
    state: { state: true },
    choice: { state: true },
    message: { state: true },
    dismissed: { state: true },
  };
  declare language: Language;
  declare config: PublicConfig | undefined;
  declare private state: 'checking' | 'off' | 'busy' | 'on';
  declare private choice: Preferences | undefined;
  declare private message: keyof CardWords | undefined;
  declare private dismissed: boolean;
  private hasChosenLanguage = false;
  /** The latest change of the subscription. Changes run one after the other: each reads the result of the one before. */
  private turn: Promise<unknown> = Promise.resolve();
  private registration: ServiceWorkerRegistration | undefined;

  constructor() {
    super();
    this.language = 'ar';
    this.state = 'checking';
    this.dismissed = recall('card') === 'later';
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    // The language of the page until the reader has chosen one in the form (docs/decisions/0010).
    const before: unknown = changed.get('language');
    if (changed.has('language') && this.choice !== undefined && !this.hasChosenLanguage) {
      if (this.state !== 'on') this.choice = { ...this.choice, lang: this.language };
      if (typeof before === 'string') this.follow(before, this.language);
    }
    if (changed.has('state') && this.state !== 'checking' && this.state !== 'busy') this.rememberState();
    if (!changed.has('config') || this.config === undefined || this.registration !== undefined) return;
    this.choice = firstChoice(this.config, this.language);
    const { config } = this;
    if (pushSupport() === 'yes') void this.inTurn(() => this.start(config));
    else this.state = 'off';
  }

  /** Every visit tells the server again: push services forget, servers lose, keys change, and browsers seldom say so. */
  private async start(config: PublicConfig): Promise<void> {
    try {
      this.registration = await navigator.serviceWorker.register(ownScript('/sw.js'));
      const record = await readRecord();
      if (record !== undefined && Notification.permission !== 'granted') {
        await forgetAtServer(record);
        await eraseRecord();
      } else if (record !== undefined) {
        this.choice = record.preferences;
        this.settle('on');
        const registration = await navigator.serviceWorker.ready;
        await subscribe(registration, config.vapidPublicKey, this.choice);
        return;
      }
      this.settle('off');
    } catch {
      this.settle('off');
      // The subscription may well live; the next visit, or the network's return, makes sure.
      addEventListener('online', () => void this.start(config), { once: true });
    }
  }

  /** Takes the state found at the start, unless the reader has pressed a button meanwhile. */
  private settle(found: 'off' | 'on'): void {
    if (this.state === 'checking') this.state = found;
  }

  /** For the server, which writes the card as it will be. */
  private rememberState(): void {
    if (this.state === 'on') remember('card', 'on');
    else if (!this.dismissed) remember('card', undefined);
  }

  private follow(before: string, language: Language): void {
    void this.inTurn(async () => {
      try {
        const { config } = this;
        if (config === undefined || !(await followLanguage(config.vapidPublicKey, before, language))) return;
        if (this.choice !== undefined) this.choice = { ...this.choice, lang: language };
        this.message = 'languageChanged';
      } catch {
        this.message = 'failed';
      }
    });
  }

  private inTurn(act: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(act);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private readonly onChange = (event: Event): void => {
    if (this.choice === undefined || this.config === undefined) return;
    if ((event.target as HTMLInputElement).name === 'lang') this.hasChosenLanguage = true;
    this.choice = readChoice(event.currentTarget as HTMLFormElement, this.choice, this.config);
    this.message = undefined;
  };

  private readonly onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { config, choice } = this;
    if (config === undefined || choice === undefined) return;
    if (this.state === 'busy') return;
    if (!config.topics.some(({ id }) => choice.topics.includes(id))) {
      this.message = 'noTopic';
      this.querySelector('details')?.setAttribute('open', '');
      return;
    }
    const before = this.state === 'on' ? 'on' : 'off';
    // In the tap itself: Safari refuses the question later on.
    const permission = Notification.requestPermission();
    void this.act(before === 'on' ? 'saving' : 'asking', before, async () => {
      const answer = await permission;
      if (answer !== 'granted') throw new Refused(answer);
      const registration = await navigator.serviceWorker.ready;
      const record = await subscribe(registration, config.vapidPublicKey, choice, this.hasChosenLanguage);
      this.choice = record.preferences;
      this.state = 'on';
      this.message = before === 'on' ? 'saved' : 'turnedOn';
    });
  };

  private readonly onTurnOff = (): void => {
    if (this.state !== 'on') return;
    void this.act('saving', 'on', async () => {
      await unsubscribe(await navigator.serviceWorker.ready);
      this.state = 'off';
      this.message = 'turnedOff';
    });
  };

  /** @param before the state to fall back to when it fails */
  private async act(
    doing: 'asking' | 'saving',
    before: 'off' | 'on',
    action: () => Promise<void>,
  ): Promise<void> {
    this.state = 'busy';
    this.message = doing;
    try {
      await this.inTurn(action);
    } catch (error) {
      this.state = before;
      this.message = error instanceof Refused ? error.problem : 'failed';
    }
    await this.updateComplete;
    // The button that was pressed may be gone.
    this.querySelector<HTMLElement>('h2')?.focus();
  }

  private readonly setDismissed = (dismissed: boolean): void => {
    this.dismissed = dismissed;
    remember('card', dismissed ? 'later' : undefined);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('h2, .reopen')?.focus());
  };

  override render(): TemplateResult | typeof nothing {
    const { config, choice, state } = this;
    if (config === undefined || choice === undefined) return nothing;
    if (this.dismissed && (state === 'off' || state === 'checking')) {
      return renderReopen({ language: this.language, setDismissed: this.setDismissed });
    }
    const isKnownOn = state === 'checking' && recall('card') === 'on';
    return renderCard({
      language: this.language,
      config,
      choice,
      on: state === 'on' || isKnownOn || (state === 'busy' && this.message === 'saving'),
      busy: state === 'busy',
      message: this.message,
      onSubmit: this.onSubmit,
      onChange: this.onChange,
      onTurnOff: this.onTurnOff,
      setDismissed: this.setDismissed,
    });
  }
}

/** The reader said no to the browser's question. */
class Refused extends Error {
  readonly problem: 'denied' | 'notAllowed';
  constructor(answer: Exclude<NotificationPermission, 'granted'>) {
    super(answer);
    this.problem = answer === 'denied' ? 'denied' : 'notAllowed';
  }
}
