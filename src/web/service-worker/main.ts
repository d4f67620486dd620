import { storyUrl } from '../common/story-url.ts';
import { readRecord } from '../subscription/record.ts';
import { subscribe } from '../subscription/subscribe.ts';
import { alertData, readPushMessage, type PushData, type Shown, type TestData } from './push-message.ts';
import { sendKept, sendReceipt } from './receipts.ts';
import { show, type Outcome } from './show.ts';

// The only place that shows notifications. Every push shows one: browsers take the permission away otherwise.

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), sendKept()]));
});

// One after the other: each must see the notification of the one before.
let shown: Promise<unknown> = Promise.resolve();

self.addEventListener('push', (event) => {
  const message = readPushMessage(event.data?.text() ?? '');
  const mine = shown.then(() => onPush(message));
  shown = mine.catch(() => undefined);
  // The next message does not wait for this one's receipt.
  const told = mine.then((outcome) =>
    outcome === 'shown' ? sendReceipt('shown', alertData(message.options.data)) : undefined,
  );
  event.waitUntil(told.catch(() => undefined));
});

async function onPush(message: Shown): Promise<Outcome> {
  const outcome = await show(self.registration, message);
  const data = alertData(message.options.data);
  // Tells a page whose live line is down that there is news.
  await tellPages({ type: outcome, id: data?.id, version: data?.version });
  return outcome;
}

// Not fired on iOS, where the system itself follows the declarative message's `navigate`.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const data = (event.notification.data ?? undefined) as PushData | TestData | undefined;
  event.waitUntil(Promise.all([openPage(pageOf(data)), sendReceipt('opened', alertData(data))]));
});

// Not fired on iOS, and seldom by others: every visit of the page makes sure of the subscription too.
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(subscribeAnew());
});

function pageOf(data: PushData | TestData | undefined): string {
  const { origin } = self.location;
  const alert = alertData(data);
  if (alert !== undefined) return storyUrl(alert.navigate, alert.id, origin);
  const address = data?.navigate ?? '';
  // A test opens the desk, and nothing of another site.
  return URL.canParse(address) && new URL(address).origin === origin ? address : `${origin}/`;
}

async function openPage(url: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((client) => client.url === url);
  if (page) await page.focus();
  else await self.clients.openWindow(url);
}

async function subscribeAnew(): Promise<void> {
  const record = await readRecord();
  if (record === undefined) return;
  const response = await fetch('/v1/config');
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { vapidPublicKey } = (await response.json()) as { vapidPublicKey: string };
  await subscribe(self.registration, vapidPublicKey, record.preferences);
}

async function tellPages(message: object): Promise<void> {
  for (const page of await self.clients.matchAll({ type: 'window' })) page.postMessage(message);
}
