import { TEST_SEND } from '../words/words.ts';
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
  const words = primaryLanguage(alert.lang) === 'ar' ? TEST_SEND.ar : TEST_SEND.en;
  const { title, body } = notificationText(alert);
  const note = isPublic(alert.status) ? words.devices : `${words.unpublished} ${words.devices}`;
  const message = (text: string, image: string | null): object => ({
    web_push: 8030,
    mutable: true,
    notification: {
      title: `${words.title}: ${title}`,
      body: [note, text].filter(Boolean).join('\n'),
      navigate: `${publicUrl}/desk#/${alert.id}`,
      lang: alert.lang,
      dir: alert.dir,
      tag: testTag(alert.id),
      silent: alert.urgency === 'normal',
      icon: `${publicUrl}/icon-192.png`,
      ...(image === null ? {} : { image }),
      timestamp: nowMs,
      data: { test: true },
    },
  });
  // The words of the test take room that the alert does not have.
  const tries = [message(body, alert.image), message(body, null), message('', null)];
  return tries.find(fits) ?? message('', null);
}

const fits = (message: object): boolean => bytesOf(message) <= MAX_PUSH_MESSAGE_BYTES;
