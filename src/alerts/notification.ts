import { changeName } from './change-names.ts';
import type { Alert } from './schema.ts';

// What an alert says on a device. Pure and free of Node: the desk counts and previews with the very code that sends.

/** The push message's largest size, bytes of UTF-8: some bridges between push service and device carry no more. */
export const MAX_PUSH_MESSAGE_BYTES = 2600;

/** Characters of base64url in a device's receipt token (`delivery/receipt-token.ts`). */
export const RECEIPT_TOKEN_LENGTH = 22;

/**
 * The texts that a device shows: a correction says that it is one, a retraction says why instead of the story. Only what
 * takes back something said before is named: the headline must not be cut off for less.
 */
export function notificationText(alert: Alert): { readonly title: string; readonly body: string } {
  const { change, headline, lang, note, body } = alert;
  const named = change === 'correction' || change === 'retraction';
  return {
    title: named ? `${changeName(change, lang)}: ${headline}` : headline,
    body: (change === 'retraction' ? note : body) ?? '',
  };
}

/**
 * The message that a service worker reads and that browsers with Declarative Web Push show by themselves
 * (https://webkit.org/blog/16535/meet-declarative-web-push/). A retraction leads to the alert's own page, which says what
 * was taken back, instead of to the story; so it fits, however long the alert was.
 * @param token {@link RECEIPT_TOKEN_LENGTH} characters
 */
export function declarativeMessage(alert: Alert, publicUrl: string, token: string): object {
  const retracted = alert.change === 'retraction';
  return {
    web_push: 8030,
    mutable: true,
    notification: {
      ...notificationText(alert),
      navigate: (retracted ? null : alert.url) ?? `${publicUrl}/a/${alert.id}`,
      lang: alert.lang,
      dir: alert.dir,
      tag: alert.id,
      silent: alert.urgency === 'normal',
      icon: `${publicUrl}/icon-192.png`,
      ...(alert.image === null || retracted ? {} : { image: alert.image }),
      timestamp: Date.parse(alert.publishedAt ?? alert.createdAt),
      data: {
        id: alert.id,
        version: alert.version,
        change: alert.change,
        urgency: alert.urgency,
        receipt: token,
      },
    },
  };
}

/** Bytes of UTF-8 of the push message that an alert makes: the one rule, for the API that refuses and the desk that counts. */
export function pushMessageBytes(alert: Alert, publicUrl: string): number {
  const message = declarativeMessage(alert, publicUrl, 'A'.repeat(RECEIPT_TOKEN_LENGTH));
  return new TextEncoder().encode(JSON.stringify(message)).length;
}
