import { createHash } from 'node:crypto';
import { changeName } from '../alerts/change-names.ts';
import type { Alert, Urgency } from '../alerts/schema.ts';
import type { PushUrgency } from '../push/types.ts';
import { TOKEN_LENGTH } from './receipt-token.ts';

/** The push message's largest size, bytes of UTF-8: some bridges between push service and device carry no more. */
export const MAX_PUSH_MESSAGE_BYTES = 2600;

/** Everything of a version's message but the device's own receipt token. */
export interface PushMessageTemplate {
  /** @param token {@link TOKEN_LENGTH} characters of base64url */
  payload(token: string): Buffer;
  readonly bytes: number;
  readonly urgency: PushUrgency;
  readonly collapseKey: string;
}

/**
 * The message that a service worker reads and that browsers with Declarative Web Push show by themselves
 * (https://webkit.org/blog/16535/meet-declarative-web-push/).
 */
export function pushMessageTemplate(alert: Alert, publicUrl: string): PushMessageTemplate {
  const mark = '\u0000'.repeat(TOKEN_LENGTH);
  const [head = '', tail = ''] = JSON.stringify(declarativeMessage(alert, publicUrl, mark)).split(
    JSON.stringify(mark).slice(1, -1),
  );
  const start = Buffer.from(head);
  const end = Buffer.from(tail);
  return {
    bytes: start.length + TOKEN_LENGTH + end.length,
    payload: (token) => Buffer.concat([start, Buffer.from(token, 'latin1'), end]),
    urgency: pushUrgency(alert.urgency),
    // 32 characters: the most that RFC 8030 allows, and a length that Apple can decode (mod 4 is not 1).
    collapseKey: createHash('sha256').update(alert.id).digest().toString('base64url', 0, 24),
  };
}

/** Bytes of UTF-8 of the message that an alert makes. */
export function pushMessageBytes(alert: Alert, publicUrl: string): number {
  return pushMessageTemplate(alert, publicUrl).bytes;
}

function declarativeMessage(alert: Alert, publicUrl: string, token: string): object {
  const retracted = alert.change === 'retraction';
  // Only what takes back something said before is named: the headline must not be cut off for less.
  const named = retracted || alert.change === 'correction';
  return {
    web_push: 8030,
    mutable: true,
    notification: {
      title: named ? `${changeName(alert.change, alert.lang)}: ${alert.headline}` : alert.headline,
      body: (retracted ? alert.note : alert.body) ?? '',
      navigate: alert.url ?? `${publicUrl}/a/${alert.id}`,
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

// `high` reaches a sleeping device at once; iOS needs it to show anything promptly (RFC 8030, section 5.3).
function pushUrgency(urgency: Urgency): PushUrgency {
  return urgency === 'normal' ? 'normal' : 'high';
}
