import type { PublicConfig } from '../../pages/common/front-page-data.ts';
import type { Language } from '../../words/language.ts';
import type { CardWords } from '../../words/reader-words.ts';
import { ownScript } from '../common/trusted-types.ts';
import { followLanguage } from '../subscription/follow-language.ts';
import { patched, type Preferences, type PreferencesPatch } from '../subscription/preferences.ts';
import { eraseRecord, readRecord } from '../subscription/record.ts';
import { forgetAtServer } from '../subscription/server.ts';
import { changePreferences, subscribe, unsubscribe, type Home } from '../subscription/subscribe.ts';
import { pushSupport } from '../subscription/support.ts';
import { createChanges } from './choices/changes.ts';

/** How long it is said that a change is saved; what went wrong stays. */
const SAID_MS = 5000;

/**
 * This reader's subscription, as the page shows it.
 *
 *   checking ──► off ◄──► busy ◄──► on
 *      └────────────────────────────┘
 */
export interface ReaderSubscription {
  readonly state: 'checking' | 'off' | 'busy' | 'on';
  /** Whether notifications are on, as far as is known: what a reader does meanwhile waits for its turn. */
  readonly isOn: boolean;
  /** What the reader has chosen, saved or not. */
  readonly choice: Preferences;
  readonly message: keyof CardWords | undefined;
  /** Finds out whether there is a subscription, and makes sure of it. */
  start(): void;
  /** The reader switched the page's language (docs/decisions/0010). */
  switchLanguage(before: Language, now: Language): void;
  /** Makes a change. While notifications are on, it acts at once; a change that fails is undone. */
  make(patch: PreferencesPatch): void;
  say(message: keyof CardWords): void;
  /** Call it in the reader's tap. @returns when it is done, or has failed */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
}

/**
 * @param wasOn whether notifications were on when the reader left the page
 * @param onChange called after each change of state, choice or message
 */
export function createReaderSubscription({
  config,
  first,
  wasOn,
  onChange,
}: {
  readonly config: PublicConfig;
  readonly first: Preferences;
  readonly wasOn: boolean;
  readonly onChange: () => void;
}): ReaderSubscription {
  let state: ReaderSubscription['state'] = 'checking';
  let choice = first;
  let message: ReaderSubscription['message'];
  /** What the server has. */
  let saved = first;
  let hasChosenLanguage = false;
  let registration: ServiceWorkerRegistration | undefined;
  /** The latest change of the subscription. Changes run one after the other: each reads the result of the one before. */
  let turn: Promise<unknown> = Promise.resolve();

  const isOn = (): boolean =>
    state === 'on' || (state === 'checking' && wasOn) || (state === 'busy' && message === 'saving');

  const home = async (): Promise<Home> => ({
    registration: await navigator.serviceWorker.ready,
    vapidPublicKey: config.vapidPublicKey,
  });

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  }

  function set(next: { state?: typeof state; message?: typeof message; saved?: Preferences }): void {
    state = next.state ?? state;
    if ('message' in next) message = next.message;
    if (next.saved !== undefined) saved = choice = next.saved;
    onChange();
  }

  /** Takes the state found at the start, unless the reader has pressed a button meanwhile. */
  function settle(found: 'off' | 'on'): void {
    if (state === 'checking') set({ state: found });
  }

  /** Every visit tells the server again: push services forget, servers lose, keys change, and browsers seldom say so. */
  async function start(): Promise<void> {
    try {
      registration = await navigator.serviceWorker.register(ownScript('/sw.js'));
      const record = await readRecord();
      if (record !== undefined && Notification.permission !== 'granted') {
        await forgetAtServer(record);
        await eraseRecord();
      } else if (record !== undefined) {
        set({ saved: record.preferences });
        settle('on');
        await subscribe(await home(), record.preferences);
        return;
      }
      settle('off');
    } catch {
      settle('off');
      // The subscription may well live; the next visit, or the network's return, makes sure.
      addEventListener('online', () => void inTurn(start), { once: true });
    }
  }

  const changes = createChanges({
    saved: () => saved,
    save: (patch) =>
      inTurn(async () => {
        const record = await changePreferences(await home(), patch, hasChosenLanguage);
        saved = record.preferences;
        return saved;
      }),
    onChoice: (changed) => {
      choice = changed;
      onChange();
    },
    onEnd: (outcome) => {
      if (isOn()) set({ message: outcome });
      if (outcome === 'saved') setTimeout(() => message === 'saved' && set({ message: undefined }), SAID_MS);
    },
  });

  /** Does what takes a while. @param before the state to fall back to when it fails */
  async function act(
    doing: 'asking' | 'saving',
    before: 'off' | 'on',
    action: () => Promise<void>,
  ): Promise<void> {
    set({ state: 'busy', message: doing });
    try {
      await inTurn(action);
    } catch (error) {
      set({ state: before, message: error instanceof Refused ? error.problem : 'failed' });
    }
  }

  return {
    get state() {
      return state;
    },
    get isOn() {
      return isOn();
    },
    get choice() {
      return choice;
    },
    get message() {
      return message;
    },
    start: () => {
      if (registration !== undefined) return;
      if (pushSupport() === 'yes') void inTurn(start);
      else set({ state: 'off' });
    },
    switchLanguage: (before, now) => {
      if (hasChosenLanguage) return;
      if (state !== 'on') choice = { ...choice, lang: now };
      void inTurn(async () => {
        try {
          if (!(await followLanguage(config.vapidPublicKey, before, now))) return;
          set({ saved: { ...choice, lang: now }, message: 'languageChanged' });
        } catch {
          set({ message: 'failed' });
        }
      });
    },
    make: (patch) => {
      if ('lang' in patch) hasChosenLanguage = true;
      message = undefined;
      if (isOn()) return changes.make(patch);
      choice = patched(choice, patch);
      onChange();
    },
    say: (said) => set({ message: said }),
    turnOn: () => {
      // In the tap itself: Safari refuses the question later on.
      const permission = Notification.requestPermission();
      return act('asking', 'off', async () => {
        const answer = await permission;
        if (answer !== 'granted') throw new Refused(answer);
        const record = await subscribe(await home(), choice, hasChosenLanguage);
        set({ state: 'on', saved: record.preferences, message: 'turnedOn' });
      });
    },
    turnOff: () =>
      act('saving', 'on', async () => {
        const isErased = await unsubscribe(await home());
        set({ state: 'off', message: isErased ? 'turnedOff' : 'turnedOffUnheard' });
      }),
  };
}

/** The reader said no to the browser's question. */
class Refused extends Error {
  readonly problem: 'denied' | 'notAllowed';
  constructor(answer: Exclude<NotificationPermission, 'granted'>) {
    super(answer);
    this.problem = answer === 'denied' ? 'denied' : 'notAllowed';
  }
}
