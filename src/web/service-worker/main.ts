import { noteShown, readVisit } from '../subscription/notes.ts';
import { followAtServer } from '../subscription/followed.ts';
import { readRecord } from '../subscription/record.ts';
import { destinationOf } from './destination.ts';
import { inTurn } from './in-turn.ts';
import { offlinePage } from './offline-page.ts';
import { openPage } from './open-page.ts';
import { alertData, LEAVE_ACTION, readPushMessage } from './push-message.ts';
import type { PushData, Shown, TestData } from './push-message.ts';
import { sendKept, sendReceipt } from './receipts.ts';
import { show, type Outcome } from './show.ts';
import { subscribeAnew } from './subscribe-anew.ts';

// The only place that shows notifications. Every push shows one: browsers take the permission away otherwise.

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => {
  const preload = self.registration.navigationPreload?.enable().catch(() => undefined);
  event.waitUntil(Promise.all([self.clients.claim(), sendKept(), preload]));
});

self.addEventListener('push', (event) => {
  const message = readPushMessage(event.data?.text() ?? '');
  const mine = inTurn(() => onPush(message));
  // The next message does not wait for this one's receipt.
  const told = mine.then((outcome) =>
    outcome === 'shown' ? sendReceipt('shown', alertData(message.options.data)) : undefined,
  );
  event.waitUntil(told.catch(() => undefined));
});

async function onPush(message: Shown): Promise<Outcome> {
  const outcome = await show(self.registration, message);
  const data = alertData(message.options.data);
  if (data !== undefined && outcome === 'shown') await note(message, data);
  // Tells a page whose live line is down that there is news.
  await tellPages({ type: outcome, id: data?.id, version: data?.version });
  return outcome;
}

/** For the page's next visit, the offline page, and the number on the app's icon. */
async function note({ title, options: { lang, dir } }: Shown, data: PushData): Promise<void> {
  const { url } = destinationOf('', data, self.location.origin);
  const notes = await noteShown({ id: data.id, title, lang, dir, url, atMs: Date.now() });
  const visit = await readVisit();
  const unseen = notes.filter(({ atMs }) => atMs > (visit?.deviceMs ?? 0));
  await (navigator as { setAppBadge?: (count: number) => Promise<void> })
    .setAppBadge?.(unseen.length)
    .catch(() => undefined);
}

// Not fired on iOS, where the system itself follows the declarative message's `navigate`.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const data = (event.notification.data ?? undefined) as PushData | TestData | undefined;
  if (event.action === LEAVE_ACTION) {
    event.waitUntil(leave(alertData(data)));
    return;
  }
  const { url, opens } = destinationOf(event.action, data, self.location.origin);
  event.waitUntil(Promise.all([openPage(self.clients, url), sendReceipt('opened', opens)]));
});

/** No page opens for a reader who leaves a story, unless the server could not be told: there is a button on the alert's page. */
async function leave(data: PushData | undefined): Promise<void> {
  if (data?.story === undefined) return;
  const { id, story } = data;
  try {
    await followAtServer(await readRecord(), story, false);
    await tellPages({ type: 'story', story });
  } catch {
    await openPage(self.clients, `${self.location.origin}/a/${encodeURIComponent(id)}`);
  }
}

// Not fired on iOS, and seldom by others: every visit of the page makes sure of the subscription too.
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(readRecord().then((record) => subscribeAnew(self.registration, record)));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode === 'navigate' && isForReaders(request.url)) event.respondWith(navigate(event));
});

/** Without a network a reader gets our page, not the browser's. */
async function navigate({ request, preloadResponse }: FetchEvent): Promise<Response> {
  try {
    return ((await preloadResponse) as Response | undefined) ?? (await fetch(request));
  } catch {
    return offlinePage(request.url);
  }
}

function isForReaders(address: string): boolean {
  const { pathname } = new URL(address);
  return pathname === '/' || pathname.startsWith('/a/');
}

async function tellPages(message: object): Promise<void> {
  for (const page of await self.clients.matchAll({ type: 'window' })) page.postMessage(message);
}
