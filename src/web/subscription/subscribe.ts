import { eraseRecord, readRecord, writeRecord, type Preferences, type SubscriptionRecord } from './record.ts';
import { forgetAtServer, tellServer } from './server.ts';

/**
 * Makes browser and server agree: subscribes if necessary, again if the VAPID key has changed or the server asks for it,
 * and tells the server. Asks the reader nothing: the permission must have been granted.
 * @param vapidPublicKey of `GET /v1/config`
 * @param languageChosen whether the reader chose the language in the form now; once chosen, it stays so
 * @throws when the browser or the server refuses, or either cannot be reached
 */
export function subscribe(
  registration: ServiceWorkerRegistration,
  vapidPublicKey: string,
  preferences: Preferences,
  languageChosen = false,
): Promise<SubscriptionRecord> {
  return alone(() => agree(registration.pushManager, vapidPublicKey, preferences, languageChosen));
}

/**
 * The browser's subscription for test sends, which makes nobody a reader. Where there is a reader's, it is that one.
 * @throws when the browser refuses
 */
export function subscribeForTests(
  registration: ServiceWorkerRegistration,
  vapidPublicKey: string,
): Promise<PushSubscription> {
  return alone(() => browserSubscription(registration.pushManager, vapidPublicKey));
}

/** Ends the subscription, at the server too. */
export function unsubscribe(registration: ServiceWorkerRegistration): Promise<void> {
  return alone(async () => {
    const record = await readRecord();
    if (record !== undefined) await forgetAtServer(record);
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    await eraseRecord();
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
  pushManager: PushManager,
  vapidPublicKey: string,
  preferences: Preferences,
  languageChosen: boolean,
): Promise<SubscriptionRecord> {
  const before = await readRecord();
  const subscription = await browserSubscription(pushManager, vapidPublicKey);
  let told = await tellServer(subscription, preferences);
  if (told.type === 'conflict') {
    await subscription.unsubscribe();
    told = await tellServer(await subscribeAnew(pushManager, vapidPublicKey), preferences);
  }
  if (told.type === 'conflict') throw new Error('the server refused a fresh subscription');
  const record = { ...told.record, languageChosen: languageChosen || before?.languageChosen === true };
  await writeRecord(record);
  if (before !== undefined && before.id !== record.id) await forgetAtServer(before);
  return record;
}

const subscribeAnew = (pushManager: PushManager, vapidPublicKey: string): Promise<PushSubscription> =>
  pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: vapidPublicKey });

/** The browser's subscription, of which it has one for each site; a new one if there is none with this VAPID key. */
async function browserSubscription(
  pushManager: PushManager,
  vapidPublicKey: string,
): Promise<PushSubscription> {
  const subscription = await pushManager.getSubscription();
  if (subscription !== null) {
    if ((keyOf(subscription) ?? vapidPublicKey) === vapidPublicKey) return subscription;
    await subscription.unsubscribe();
  }
  return subscribeAnew(pushManager, vapidPublicKey);
}

/** The VAPID key of a subscription, as base64url; undefined where the browser does not tell it. */
function keyOf(subscription: PushSubscription): string | undefined {
  const key = subscription.options.applicationServerKey;
  if (key === null) return undefined;
  const text = btoa(String.fromCharCode(...new Uint8Array(key)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
