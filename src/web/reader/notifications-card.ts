import { LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { PublicConfig } from '../../pages/common/front-page-data.ts';
import type { Language } from '../../words/language.ts';
import type { Preferences } from '../subscription/preferences.ts';
import { recall, remember } from '../common/browser-memory.ts';
import { renderCard, renderReopen } from './card-view.ts';
import { firstChoice } from './choices/choices-form.ts';
import { patchOf, type Control } from './choices/patch-of.ts';
import { deviceZone, hasTravelled } from './choices/quiet-hours.ts';
import { topicsOf } from './fewer/alert-topics.ts';
import { offersOf, type Offer } from './fewer/offers.ts';
import { createReaderSubscription, type ReaderSubscription } from './reader-subscription.ts';

/** Turns notifications on and off, and changes what comes: our question first, then the browser's. */
export class NotificationsCard extends LitElement {
  static override properties = {
    language: { attribute: false },
    config: { attribute: false },
    fewerOf: { attribute: false },
    topics: { state: true },
    dismissed: { state: true },
  };
  declare language: Language;
  declare config: PublicConfig | undefined;
  /** Id of the alert that the reader wants fewer of. */
  declare fewerOf: string | undefined;
  /** Its topics. */
  declare private topics: readonly string[];
  declare private dismissed: boolean;
  private subscription: ReaderSubscription | undefined;
  /** The reader's choice when the page opened. */
  private first: Preferences | undefined;

  constructor() {
    super();
    this.language = 'ar';
    this.topics = [];
    this.dismissed = recall('card') === 'later';
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('language');
    if (before !== undefined) this.subscription?.switchLanguage(before, this.language);
    const { config, subscription, fewerOf } = this;
    if (changed.has('fewerOf') && fewerOf !== undefined) void this.loadTopics(fewerOf);
    if (config === undefined || subscription !== undefined) return;
    const first = firstChoice(config, this.language);
    this.subscription = createReaderSubscription({
      config,
      first,
      wasOn: recall('card') === 'on',
      onChange: () => this.note(),
    });
    this.subscription.start();
  }

  private async loadTopics(alertId: string): Promise<void> {
    this.topics = await topicsOf(alertId);
  }

  private note(): void {
    const state = this.subscription?.state;
    if (state === 'on' && this.first === undefined) {
      this.first = this.subscription?.choice;
      if (this.fewerOf !== undefined) void this.showFewer();
    }
    // For the server, which writes the card as it will be.
    if (state === 'on') remember('card', 'on');
    else if (state === 'off' && !this.dismissed) remember('card', undefined);
    this.requestUpdate();
  }

  private async showFewer(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>('#fewer-title')?.focus();
  }

  private get offers(): readonly Offer[] | undefined {
    const { subscription, first, config } = this;
    if (this.fewerOf === undefined || subscription === undefined || first === undefined) return undefined;
    const topics = config?.topics.filter(({ id }) => this.topics.includes(id)) ?? [];
    return offersOf(subscription.choice, first, topics, deviceZone());
  }

  private readonly onTake = ({ patch }: Offer): void => this.subscription?.make(patch);

  private readonly onChange = (event: Event): void => {
    const { subscription, config } = this;
    if (subscription === undefined || config === undefined) return;
    const control = (event.target as HTMLInputElement).name as Control;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const rest = { topics: config.topics, timeZone: deviceZone() };
    const patch = patchOf(control, data, subscription.choice, rest);
    // The form shows the last topic again.
    if (subscription.isOn && patch.topics?.length === 0) subscription.say('noTopic');
    else subscription.make(patch);
  };

  private readonly onFollow = (): void => {
    const quietHours = this.subscription?.choice.quietHours;
    if (quietHours === undefined) return;
    this.subscription?.make({ quietHours: { ...quietHours, timeZone: deviceZone() } });
  };

  private readonly onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { config, subscription } = this;
    if (subscription === undefined || subscription.isOn || subscription.state === 'busy') return;
    if (config?.topics.some(({ id }) => subscription.choice.topics.includes(id))) {
      void this.andFocus(subscription.turnOn());
      return;
    }
    subscription.say('noTopic');
    this.querySelector('details')?.setAttribute('open', '');
  };

  private readonly onTurnOff = (): void => {
    if (this.subscription?.isOn && this.subscription.state !== 'busy')
      void this.andFocus(this.subscription.turnOff());
  };

  /** The button that was pressed may be gone. */
  private async andFocus(act: Promise<void>): Promise<void> {
    await act;
    await this.updateComplete;
    this.querySelector<HTMLElement>('h2')?.focus();
  }

  private readonly setDismissed = (dismissed: boolean): void => {
    this.dismissed = dismissed;
    remember('card', dismissed ? 'later' : undefined);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('h2, .reopen')?.focus());
  };

  override render(): TemplateResult | typeof nothing {
    const { config, language, subscription, setDismissed } = this;
    if (config === undefined || subscription === undefined) return nothing;
    const { state, isOn, choice, message } = subscription;
    if (this.dismissed && (state === 'off' || state === 'checking')) {
      return renderReopen({ language, setDismissed });
    }
    const timeZone = deviceZone();
    return renderCard({
      language,
      config,
      choice,
      on: isOn,
      busy: state === 'busy',
      message,
      elsewhere: hasTravelled(choice, timeZone, Date.now()) ? timeZone : undefined,
      offers: this.offers,
      onTake: this.onTake,
      onSubmit: this.onSubmit,
      onChange: this.onChange,
      onFollow: this.onFollow,
      onTurnOff: this.onTurnOff,
      setDismissed,
    });
  }
}
