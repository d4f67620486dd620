import { articleUrl } from '../common/article-url.ts';
import { followAtServer } from '../subscription/followed.ts';
import { readRecord } from '../subscription/record.ts';
import { inTurn } from './in-turn.ts';
import { openPage } from './open-page.ts';
import { alertData, LEAVE_ACTION, readPushMessage, type PushData } from './push-message.ts';
import { sendReceipt } from './receipts.ts';
import { show } from './show.ts';
import { subscribeAnew } from './subscribe-anew.ts';
import { serverOf } from './server-of.ts';

// One line in another site's service worker, beside whatever stands there: it takes Ajil's own messages and no other
// event, claims no page and replaces no worker. What it takes, no later listener of the site gets, or it would show it twice.

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('push', (event) => {
  const text = event.data?.text() ?? '';
  const server = serverOf(text);
  if (server === undefined) return;
  event.stopImmediatePropagation();
  const message = readPushMessage(text, server);
  const told = inTurn(() => show(self.registration, message)).then((outcome) =>
    outcome === 'shown' ? sendReceipt('shown', alertData(message.options.data)) : undefined,
  );
  event.waitUntil(told.catch(() => undefined));
});

self.addEventListener('notificationclick', (event) => {
  const data = event.notification.data as Partial<PushData> | null;
  if (data?.server === undefined || data.receipt === undefined) return;
  event.stopImmediatePropagation();
  const alert = data as PushData;
  if (event.action === LEAVE_ACTION) {
    event.waitUntil(leave(event.notification, alert));
    return;
  }
  event.notification.close();
  const url = articleUrl(alert.navigate, alert.id, data.server);
  event.waitUntil(Promise.all([openPage(self.clients, url), sendReceipt('opened', alert)]));
});

/** Where the server could not be told, the notification stays, with its button. */
async function leave(notification: Notification, { story }: PushData): Promise<void> {
  if (story === undefined) return;
  try {
    await followAtServer(await readRecord(), story, false);
    notification.close();
  } catch {
    // As above.
  }
}

self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(
    readRecord().then((record) =>
      record?.site?.scope === self.registration.scope ? subscribeAnew(self.registration, record) : undefined,
    ),
  );
});
