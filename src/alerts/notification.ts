import { titleOf } from './naming.ts';
import type { Alert } from './schema.ts';

// The texts of an alert on a device. No Node in here: the desk counts and previews with the same code that sends.

/** The push message's largest size, bytes of UTF-8: some bridges between push service and device carry no more. */
export const MAX_PUSH_MESSAGE_BYTES = 2600;

/** Characters of base64url in a device's receipt token (`delivery/receipt-token.ts`). */
export const RECEIPT_TOKEN_LENGTH = 22;

interface NotificationText {
  readonly title: string;
  readonly body: string;
}

/**
 * The texts that a device shows. The note of a correction comes before the text, because a lock screen cuts off the end.
 * A retraction gives its note instead of the text.
 */
export function notificationText(alert: Alert): NotificationText {
  const { change, lang, note, body } = alert;
  const title = titleOf(alert, lang);
  if (change === 'retraction') return { title, body: note ?? '' };
  if (change === 'correction') return { title, body: [note, body].filter(Boolean).join('\n') };
  return { title, body: body ?? '' };
}

/**
 * A later version for a reader who never got an earlier one: the newest text as a plain alert, because it corrects nothing
 * that this reader knows.
 */
export function asPlainAlert(alert: Alert): Alert {
  return { ...alert, change: 'new', note: null };
}

/**
 * The message that a service worker reads and that browsers with Declarative Web Push show by themselves
 * (https://webkit.org/blog/16535/meet-declarative-web-push/). A retraction leads to the alert's own page, which says what
 * was taken back, instead of to the article; so it fits, however long the alert was.
 * @param token {@link RECEIPT_TOKEN_LENGTH} characters
 */
export function declarativeMessage(alert: Alert, publicUrl: string, token: string): object {
  const text = notificationText(alert);
  if (alert.change !== 'correction' || alert.note === null) return messageOf(alert, text, publicUrl, token);
  // An editor must be able to correct a long alert: if note and text do not fit together, the note is enough.
  const fits = bytesOf(messageOf(alert, text, publicUrl, LONGEST_TOKEN)) <= MAX_PUSH_MESSAGE_BYTES;
  return messageOf(alert, fits ? text : { ...text, body: alert.note }, publicUrl, token);
}

function messageOf(alert: Alert, text: NotificationText, publicUrl: string, token: string): object {
  const retracted = alert.change === 'retraction';
  return {
    web_push: 8030,
    mutable: true,
    notification: {
      ...text,
      navigate: (retracted ? null : alert.url) ?? `${publicUrl}/a/${alert.id}`,
      lang: alert.lang,
      dir: alert.dir,
      // One notification for a story on each device: the newest alert takes the place of the others.
      tag: alert.story ?? alert.id,
      silent: alert.urgency === 'normal',
      icon: `${publicUrl}/icon-192.png`,
      ...(alert.image === null || retracted ? {} : { image: alert.image }),
      timestamp: Date.parse(alert.publishedAt ?? alert.createdAt),
      data: {
        id: alert.id,
        version: alert.version,
        change: alert.change,
        urgency: alert.urgency,
        ...(alert.story === null ? {} : { story: alert.story }),
        receipt: token,
      },
    },
  };
}

/** Bytes of UTF-8 of the largest push message that an alert makes: API and desk count by this one rule. */
export function pushMessageBytes(alert: Alert, publicUrl: string): number {
  const bytes = bytesOf(declarativeMessage(alert, publicUrl, LONGEST_TOKEN));
  if (alert.change !== 'correction') return bytes;
  return Math.max(bytes, bytesOf(declarativeMessage(asPlainAlert(alert), publicUrl, LONGEST_TOKEN)));
}

const LONGEST_TOKEN = 'A'.repeat(RECEIPT_TOKEN_LENGTH);

/** Bytes of UTF-8 of a message as JSON. */
export const bytesOf = (message: object): number => new TextEncoder().encode(JSON.stringify(message)).length;
