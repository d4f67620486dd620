/** Turning notifications on and off: the browser's push subscription, and what the server knows of it. */

export interface Known {
  readonly id: string;
  readonly auth: string;
  readonly topics: readonly string[];
}

const STORE = 'ajil-subscription';

export const pushSupported = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** To be called in a tap handler: the browser asks the reader. */
export async function turnOn(
  vapidPublicKey: string,
  topics: readonly string[],
  lang: string,
): Promise<Known> {
  const registration = await navigator.serviceWorker.ready;
  const subscription =
    (await registration.pushManager.getSubscription()) ??
    (await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: vapidPublicKey,
    }));
  const body = { subscription: subscription.toJSON(), topics, lang };
  const response = await fetch('/v1/subscriptions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { id } = (await response.json()) as { id: string };
  const known = { id, auth: body.subscription.keys?.['auth'] ?? '', topics };
  // The service worker reads it when the browser replaces the subscription.
  const cache = await caches.open(STORE);
  await cache.put('/subscription', new Response(JSON.stringify({ ...known, lang, vapidPublicKey })));
  return known;
}

export async function turnOff(known: Known): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  await fetch(`/v1/subscriptions/${known.id}`, {
    method: 'DELETE',
    headers: { Authorization: `Subscription ${known.auth}` },
  });
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  await caches.delete(STORE);
}

/** What this browser subscribed to, if it still is. */
export async function currentSubscription(): Promise<Known | undefined> {
  const registration = await navigator.serviceWorker.ready;
  if ((await registration.pushManager.getSubscription()) === null) return undefined;
  const stored = await (await caches.open(STORE)).match('/subscription');
  return stored === undefined ? undefined : ((await stored.json()) as Known);
}
