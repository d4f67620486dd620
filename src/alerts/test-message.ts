import { DRILL, TEST_SEND } from '../words/words.ts';
import { primaryLanguage } from './language.ts';
import { bytesOf, MAX_PUSH_MESSAGE_BYTES, notificationText } from './notification.ts';
import { isPublic, type Alert } from './schema.ts';

/** Never an alert's own: a test neither replaces a notification of the alert, nor is replaced by one. */
export const testTag = (alertId: string): string => `test-${alertId}`;

/**
 * A version as a test on its editor's own devices: it looks as the alert will, says that it is a test, and opens the desk.
 * It has no receipt, and no link that a reader could pass on.
 */
export function testMessage(alert: Alert, publicUrl: string, nowMs: number): object {
  const { title, devices, unpublished } = TEST_SEND[wordsOf(alert)];
  const note = isPublic(alert.status) ? devices : `${unpublished} ${devices}`;
  return markedMessage(alert, { title, note }, publicUrl, nowMs);
}

/** A version in a drill, as on a reader's device but for its mark; it opens the desk of the drill. */
export function drillMessage(alert: Alert, publicUrl: string): object {
  const mark = DRILL[wordsOf(alert)];
  return markedMessage(alert, mark, publicUrl, Date.parse(alert.publishedAt ?? alert.createdAt));
}

const wordsOf = ({ lang }: Alert): 'ar' | 'en' => (primaryLanguage(lang) === 'ar' ? 'ar' : 'en');

function markedMessage(
  alert: Alert,
  mark: { readonly title: string; readonly note: string },
  publicUrl: string,
  timestamp: number,
): object {
  const { title, body } = notificationText(alert);
  const message = (text: string, image: string | null): object => ({
    web_push: 8030,
    mutable: true,
    notification: {
      title: `${mark.title}: ${title}`,
      body: [mark.note, text].filter(Boolean).join('\n'),
      navigate: `${publicUrl}/desk#/${alert.id}`,
      lang: alert.lang,
      dir: alert.dir,
      tag: testTag(alert.id),
      silent: alert.urgency === 'normal',
      icon: `${publicUrl}/icon-192.png`,
      ...(image === null ? {} : { image }),
      timestamp,
      data: { test: true },
    },
  });
  // The words of the test take room that the alert does not have.
  const tries = [message(body, alert.image), message(body, null), message('', null)];
  return tries.find(fits) ?? message('', null);
}

const fits = (message: object): boolean => bytesOf(message) <= MAX_PUSH_MESSAGE_BYTES;
