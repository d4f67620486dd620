import { readPushMessage, storyUrl, type PushData } from './push-message.ts';

// The only place that shows notifications. Every push shows one: browsers take the permission away otherwise.

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const { title, options } = readPushMessage(event.data?.text() ?? '');
  event.waitUntil(
    Promise.all([
      self.registration.showNotification(title, options),
      tellReceipt('shown', options.data),
      tellPages({ type: 'push', title }),
    ]),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const data = event.notification.data as PushData | undefined;
  event.waitUntil(
    Promise.all([openStory(storyUrl(data, self.location.origin)), tellReceipt('opened', data)]),
  );
});

self.addEventListener('pushsubscriptionchange', (event) => {
  (event as ExtendableEvent).waitUntil(subscribeAnew());
});

async function openStory(url: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((client) => client.url === url);
  if (page) await page.focus();
  else await self.clients.openWindow(url);
}

async function tellReceipt(event: 'shown' | 'opened', data: PushData | undefined): Promise<void> {
  if (data === undefined) return;
  const receipt = { alertId: data.id, version: data.version, event, token: data.receipt };
  // A receipt that does not arrive is only a count too low.
  await fetch('/v1/receipts', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(receipt),
    keepalive: true,
  }).catch(() => undefined);
}

async function tellPages(message: object): Promise<void> {
  for (const page of await self.clients.matchAll({ type: 'window' })) page.postMessage(message);
}

/** The page keeps what is needed in this cache (see subscribing.ts). */
async function subscribeAnew(): Promise<void> {
  const cache = await caches.open('ajil-subscription');
  const stored = await cache.match('/subscription');
  if (stored === undefined) return;
  const known = (await stored.json()) as {
    id: string;
    auth: string;
    topics: string[];
    lang: string;
    vapidPublicKey: string;
  };
  const subscription = await self.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: known.vapidPublicKey,
  });
  const { topics, lang } = known;
  const response = await fetch('/v1/subscriptions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ subscription: subscription.toJSON(), topics, lang }),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { id } = (await response.json()) as { id: string };
  const auth = subscription.toJSON().keys?.['auth'] ?? '';
  await cache.put('/subscription', new Response(JSON.stringify({ ...known, id, auth })));
  await fetch(`/v1/subscriptions/${known.id}`, {
    method: 'DELETE',
    headers: { Authorization: `Subscription ${known.auth}` },
  });
}
