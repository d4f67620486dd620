import { directionOf, primaryLanguage } from '../../alerts/language.ts';
import type { Urgency } from '../../alerts/schema.ts';
import { SUBSCRIBING } from '../../words/words.ts';
import type { Push, PushState, SubscribeOptions } from './push.ts';
import { SUBSCRIBE_STYLE } from './subscribe-style.ts';

type Words = Readonly<Record<keyof typeof SUBSCRIBING.en, string>>;
type Said = 'on' | 'wait' | 'blocked' | 'unsupported' | 'install' | 'failed' | 'ended';

const ALL: Readonly<Record<string, Words>> = SUBSCRIBING;

/** What is said of a state by itself; of the others the button says enough. */
const SAID: Partial<Record<PushState['type'], Said>> = {
  on: 'on',
  blocked: 'blocked',
  install: 'install',
  unsupported: 'unsupported',
  'no-worker': 'failed',
};

/**
 * `<ajil-subscribe>`: one button that turns notifications on and off. Attributes: `topics`, `urgency`, `alerts-lang`,
 * `replace`, `lang` (of its words; the page's by default). It tells what it does by the event `ajil-subscription` {state}.
 */
export function defineSubscribe(push: Push): void {
  class AjilSubscribe extends HTMLElement {
    private readonly button = document.createElement('button');
    private readonly said = document.createElement('p');
    private state: PushState | undefined;

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(SUBSCRIBE_STYLE);
      root.adoptedStyleSheets = [sheet];
      this.button.type = 'button';
      this.button.part.add('button');
      this.button.addEventListener('click', () => void this.press());
      this.said.part.add('status');
      this.said.setAttribute('role', 'status');
      root.append(this.button, this.said);
      this.button.hidden = true;
    }

    connectedCallback(): void {
      void this.show(push.state());
    }

    /** In the words' language: an own attribute, or the page's; English where we have none. */
    private get language(): string {
      const tag = this.closest('[lang]')?.getAttribute('lang') ?? 'en';
      return Object.hasOwn(ALL, primaryLanguage(tag)) ? primaryLanguage(tag) : 'en';
    }

    private async press(): Promise<void> {
      if (this.button.ariaDisabled === 'true') return;
      const wasOn = this.state?.type === 'on';
      const done = wasOn ? push.unsubscribe() : push.subscribe(this.options);
      this.button.ariaDisabled = 'true';
      this.say('wait');
      await this.show(done, wasOn ? 'ended' : undefined);
    }

    private get options(): SubscribeOptions {
      const topics = (this.getAttribute('topics') ?? '').split(',').map((topic) => topic.trim());
      const [urgency, lang] = [this.getAttribute('urgency'), this.getAttribute('alerts-lang')];
      return {
        replace: this.hasAttribute('replace'),
        ...(topics[0] === '' ? {} : { topics }),
        ...(urgency === null ? {} : { urgency: urgency as Urgency }),
        ...(lang === null ? {} : { lang }),
      };
    }

    private async show(coming: Promise<PushState>, said?: Said): Promise<void> {
      try {
        this.state = await coming;
        this.say(said ?? SAID[this.state.type]);
        const detail = { state: this.state };
        this.dispatchEvent(new CustomEvent('ajil-subscription', { detail, bubbles: true, composed: true }));
      } catch (error) {
        // oxlint-disable-next-line no-console -- a button that fails without a word costs a developer an afternoon
        console.error('ajil-subscribe:', error);
        this.state ??= { type: 'off' };
        this.say('failed');
      }
      const words = ALL[this.language] ?? SUBSCRIBING.en;
      const { type } = this.state;
      this.button.ariaDisabled = 'false';
      this.button.className = type === 'on' ? 'on' : '';
      this.button.textContent = type === 'on' ? words.turnOff : words.turnOn;
      this.button.hidden = !['on', 'off', 'foreign', 'no-worker'].includes(type);
    }

    private say(what: Said | undefined): void {
      const { language } = this;
      this.said.lang = this.button.lang = language;
      this.said.dir = this.button.dir = directionOf(language);
      this.said.textContent = what === undefined ? '' : (ALL[language] ?? SUBSCRIBING.en)[what];
    }
  }

  if (customElements.get('ajil-subscribe') === undefined) {
    customElements.define('ajil-subscribe', AjilSubscribe);
  }
}
