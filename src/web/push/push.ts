import type { Story } from '../../alerts/stories/schema.ts';
import { followAtServer, followedStories } from '../subscription/followed.ts';
import { readRecord, eraseRecord } from '../subscription/record.ts';
import type { Preferences, PreferencesPatch } from '../subscription/preferences.ts';
import { askServer, forgetAtServer } from '../subscription/server.ts';
import {
  changePreferences,
  ForeignSubscription,
  hasKey,
  subscribe as subscribeHere,
  unsubscribe as unsubscribeHere,
  type Home,
} from '../subscription/subscribe.ts';
import { pushSupport } from '../subscription/support.ts';

/**
 * `foreign`: another service has this site's push subscription. `blocked`: the reader said no to the browser.
 * `install`: only from the Home Screen. `no-worker`: the site has registered no service worker yet.
 */
export type PushState =
  | { readonly type: 'on'; readonly preferences: Preferences }
  | { readonly type: 'off' | 'foreign' | 'blocked' | 'install' | 'unsupported' | 'no-worker' };

/** What the reader gets; by default the newsroom's topics, breaking news, every language. */
export interface SubscribeOptions extends Partial<Preferences> {
  /** Whether the browser may ask the reader. Call it in a tap. */
  readonly ask?: boolean;
  /** Whether a subscription that another service made is ended, so that the browser's only one is ours. */
  readonly replace?: boolean;
  readonly registration?: ServiceWorkerRegistration;
}

/** The worker that has, or gets, the subscription; by default the page's own. */
type At = Pick<SubscribeOptions, 'registration'>;

export interface Push {
  /** Asks nothing, and changes nothing for the reader. */
  readonly state: (at?: At) => Promise<PushState>;
  /** @throws when the browser or Ajil refuses, or cannot be reached */
  readonly subscribe: (options?: SubscribeOptions) => Promise<PushState>;
  /**
   * The reader's preferences, after a change if one is given.
   * @param patch as `PATCH /v1/subscriptions/:id` takes it: null removes
   * @returns undefined if the reader is not subscribed @throws as `subscribe` does
   */
  readonly preferences: (patch?: PreferencesPatch) => Promise<Preferences | undefined>;
  /** The open stories whose follow-ups come to this reader; none without a subscription. @throws as `subscribe` does */
  readonly stories: () => Promise<readonly Story[]>;
  /** From now on the follow-ups of a story come. @param id of the story @throws as `subscribe` does */
  readonly followStory: (id: string) => Promise<void>;
  /** None of a story's follow-ups comes any more; corrections of what the device has still do. */
  readonly leaveStory: (id: string) => Promise<void>;
  /** Erases the subscription in the browser, at the push service and at Ajil. */
  readonly unsubscribe: () => Promise<PushState>;
}

/** Push services and servers forget: a site's page makes sure of its subscription once in this time, ms. */
const TELL_EVERY_MS = 24 * 60 * 60_000;

interface SiteConfig {
  readonly vapidPublicKey: string;
  readonly topics: readonly { readonly id: string; readonly default: boolean }[];
}

/**
 * Notifications on a publisher's own origin, by the service worker that the site has.
 * @param server Ajil's origin
 */
export function openPush(server: string): Push {
  let config: Promise<SiteConfig> | undefined;

  async function loadConfig(): Promise<SiteConfig> {
    config ??= fetch(`${server}/v1/config`).then(async (response) => {
      if (!response.ok) throw new Error(`${server} answered ${response.status}`);
      return (await response.json()) as SiteConfig;
    });
    config.catch(() => {
      config = undefined;
    });
    return config;
  }

  async function home(
    registration: ServiceWorkerRegistration,
    replace = false,
  ): Promise<Home & Pick<SiteConfig, 'topics'>> {
    const { vapidPublicKey, topics } = await loadConfig();
    return { registration, vapidPublicKey, topics, server, keepForeign: !replace };
  }

  /** The subscription's worker may be another than the page's: it is remembered by its scope. */
  async function worker(
    given: ServiceWorkerRegistration | undefined,
  ): Promise<ServiceWorkerRegistration | undefined> {
    if (given !== undefined) return given;
    const scope = (await readRecord())?.site?.scope;
    return navigator.serviceWorker?.getRegistration(scope);
  }

  async function state({ registration: given }: At = {}): Promise<PushState> {
    const support = pushSupport();
    if (support !== 'yes') return { type: support === 'install' ? 'install' : 'unsupported' };
    const record = await readRecord();
    if (Notification.permission !== 'granted') {
      if (record !== undefined && (await forgetAtServer(record))) await eraseRecord();
      return { type: Notification.permission === 'denied' ? 'blocked' : 'off' };
    }
    const registration = await worker(given);
    if (registration === undefined) return { type: 'no-worker' };
    const subscription = await registration.pushManager.getSubscription();
    if (subscription !== null && !hasKey(subscription, (await loadConfig()).vapidPublicKey)) {
      if (record?.site === undefined || !hasKey(subscription, record.site.vapidPublicKey)) {
        return { type: 'foreign' };
      }
    }
    // An imported reader is subscribed already; this browser has never heard of it.
    const known =
      record?.preferences ?? (subscription === null ? undefined : await askServer(server, subscription));
    if (known === undefined) return { type: 'off' };
    const isFresh = Date.now() - (record?.site?.toldMs ?? 0) < TELL_EVERY_MS;
    if (subscription !== null && isFresh) return { type: 'on', preferences: known };
    const { preferences } = await subscribeHere(await home(registration), known);
    return { type: 'on', preferences };
  }

  async function subscribe({
    ask = true,
    replace = false,
    registration: given,
    ...wanted
  }: SubscribeOptions = {}): Promise<PushState> {
    const support = pushSupport();
    if (support !== 'yes') return state();
    // In the tap itself: Safari refuses the question later on.
    const asked = ask ? Notification.requestPermission() : Notification.permission;
    if ((await asked) !== 'granted') return state();
    const registration = await worker(given);
    if (registration === undefined) return { type: 'no-worker' };
    const here = await home(registration, replace);
    const before = await state({ registration });
    const known = before.type === 'on' ? before.preferences : (await readRecord())?.preferences;
    const topics = here.topics.filter((topic) => topic.default).map(({ id }) => id);
    const chosen = { topics, urgency: 'urgent' as const, ...known, ...wanted };
    try {
      const { preferences } = await subscribeHere(here, chosen);
      return { type: 'on', preferences };
    } catch (error) {
      if (error instanceof ForeignSubscription) return { type: 'foreign' };
      throw error;
    }
  }

  async function preferences(patch?: PreferencesPatch): Promise<Preferences | undefined> {
    const record = await readRecord();
    const registration = await worker(undefined);
    if (record === undefined || registration === undefined || patch === undefined) return record?.preferences;
    return (await changePreferences(await home(registration), patch)).preferences;
  }

  async function stories(): Promise<readonly Story[]> {
    const record = await readRecord();
    return record === undefined ? [] : followedStories(record);
  }

  async function unsubscribe(): Promise<PushState> {
    const registration = await worker(undefined);
    if (registration !== undefined) await unsubscribeHere({ registration });
    return state();
  }

  return {
    state,
    subscribe,
    preferences,
    stories,
    followStory: async (id) => followAtServer(await readRecord(), id, true),
    leaveStory: async (id) => followAtServer(await readRecord(), id, false),
    unsubscribe,
  };
}
