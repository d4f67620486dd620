import { patched, type Preferences, type PreferencesPatch } from './preferences.ts';
import { eraseRecord, readRecord, writeRecord, type SubscriptionRecord } from './record.ts';
import { changeAtServer, forgetAtServer, tellServer } from './server.ts';

/** Where this browser subscribes. */
export interface Home {
  readonly registration: Pick<ServiceWorkerRegistration, 'pushManager' | 'scope'>;
  /** Of `GET /v1/config`. */
  readonly vapidPublicKey: string;
  /** Ajil's origin; none on its own pages. */
  readonly server?: string;
  /** A subscription that another service made on this site stays, and an error says so. On our own pages there is none. */
  readonly keepForeign?: boolean;
}

/** The browser has one subscription for each site, and another service has it. */
export class ForeignSubscription extends Error {}

/**
 * Makes browser and server agree: subscribes if necessary, again if the VAPID key has changed or the server asks for it,
 * and tells the server. Asks the reader nothing: the permission must have been granted.
 * @param languageChosen whether the reader chose the language in the form now; once chosen, it stays so
 * @throws when the browser or the server refuses, or either cannot be reached
 */
export function subscribe(
  home: Home,
  preferences: Preferences,
  languageChosen = false,
): Promise<SubscriptionRecord> {
  return alone(() => agree(home, preferences, languageChosen));
}

/**
 * Changes preferences at the server, and this browser's copy of them. A subscription that the server lost is made again.
 * @throws when the server refuses or cannot be reached: nothing has changed then
 */
export function changePreferences(
  home: Home,
  patch: PreferencesPatch,
  languageChosen = false,
): Promise<SubscriptionRecord> {
  return alone(async () => {
    const before = await readRecord();
    if (before === undefined) throw new Error('this browser has no subscription');
    const preferences = await changeAtServer(before, patch);
    if (preferences === undefined) return agree(home, patched(before.preferences, patch), languageChosen);
    return keep({ ...before, preferences }, before, languageChosen);
  });
}

/**
 * The browser's subscription for test sends, which makes nobody a reader. Where there is a reader's, it is that one.
 * @throws when the browser refuses
 */
export const subscribeForTests = (home: Home): Promise<PushSubscription> =>
  alone(() => browserSubscription(home, undefined));

/**
 * Ends the subscription and erases it here, at the push service and at the server.
 * @returns whether the server has erased it already
 */
export function unsubscribe({ registration }: Pick<Home, 'registration'>): Promise<boolean> {
  return alone(async () => {
    const record = await readRecord();
    const isErased = record === undefined || (await forgetAtServer(record));
    const subscription = await registration.pushManager.getSubscription();
    if (subscription !== null && isOurs(subscription, record)) await subscription.unsubscribe();
    await eraseRecord();
    return isErased;
  });
}

/** One at a time in this browser: several pages and the service worker share one subscription. */
async function alone<T>(act: () => Promise<T>): Promise<T> {
  let begun = false;
  const once = (): Promise<T> => {
    begun = true;
    return act();
  };
  try {
    return (await navigator.locks.request('ajil-subscription', once)) as T;
  } catch (error) {
    if (begun) throw error;
    return act(); // This browser has no locks, or refuses them.
  }
}

async function agree(
  home: Home,
  preferences: Preferences,
  languageChosen: boolean,
): Promise<SubscriptionRecord> {
  const { server = '' } = home;
  const before = await readRecord();
  const subscription = await browserSubscription(home, before);
  let told = await tellServer(server, subscription, preferences);
  if (told.type === 'conflict') {
    await subscription.unsubscribe();
    told = await tellServer(server, await subscribeAnew(home), preferences);
  }
  if (told.type === 'conflict') throw new Error('the server refused a fresh subscription');
  const record = await keep({ ...told.record, ...siteOf(home) }, before, languageChosen);
  if (before !== undefined && before.id !== record.id) await forgetAtServer(before);
  return record;
}

function siteOf({ server, vapidPublicKey, registration }: Home): Pick<SubscriptionRecord, 'site'> {
  if (server === undefined) return {};
  return { site: { server, vapidPublicKey, scope: registration.scope, toldMs: Date.now() } };
}

async function keep(
  record: SubscriptionRecord,
  before: SubscriptionRecord | undefined,
  languageChosen: boolean,
): Promise<SubscriptionRecord> {
  const kept = { ...record, languageChosen: languageChosen || before?.languageChosen === true };
  await writeRecord(kept);
  return kept;
}

const subscribeAnew = ({ registration, vapidPublicKey }: Home): Promise<PushSubscription> =>
  registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: vapidPublicKey });

/**
 * The browser's subscription, of which it has one for each site; a new one if there is none with this VAPID key.
 * @param before our record of it
 */
async function browserSubscription(
  home: Home,
  before: SubscriptionRecord | undefined,
): Promise<PushSubscription> {
  const subscription = await home.registration.pushManager.getSubscription();
  if (subscription !== null) {
    if (hasKey(subscription, home.vapidPublicKey)) return subscription;
    if (home.keepForeign && (before === undefined || !isOurs(subscription, before))) {
      throw new ForeignSubscription('another service has the subscription of this site');
    }
    await subscription.unsubscribe();
  }
  return subscribeAnew(home);
}

/** On another site, a service that came later may have taken the browser's subscription. */
const isOurs = (subscription: PushSubscription, record: SubscriptionRecord | undefined): boolean =>
  record?.site === undefined || hasKey(subscription, record.site.vapidPublicKey);

/** Whether a subscription was made with a VAPID key. A browser that does not tell the key is believed. */
export function hasKey({ options }: PushSubscription, vapidPublicKey: string): boolean {
  const key = options.applicationServerKey;
  if (key === null) return true;
  const text = btoa(String.fromCharCode(...new Uint8Array(key)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === vapidPublicKey;
}
