import { createHash } from 'node:crypto';
import { declarativeMessage, RECEIPT_TOKEN_LENGTH } from '../../alerts/notification.ts';
import type { Alert, Urgency } from '../../alerts/schema.ts';
import { drillMessage, testMessage, testTag } from '../../alerts/test-message.ts';
import type { Payload, PushUrgency } from '../../push/types.ts';

/** Everything of a version's message but the device's own receipt token. */
export interface WebPushMessage {
  /** @param token {@link RECEIPT_TOKEN_LENGTH} characters of base64url */
  readonly payload: (token: string) => Payload;
  readonly urgency: PushUrgency;
  readonly collapseKey: string;
}

export function webPushMessage(alert: Alert, publicUrl: string): WebPushMessage {
  const mark = '\u0000'.repeat(RECEIPT_TOKEN_LENGTH);
  const [head = '', tail = ''] = JSON.stringify(declarativeMessage(alert, publicUrl, mark)).split(
    JSON.stringify(mark).slice(1, -1),
  );
  const whole = Buffer.from(`${head}${' '.repeat(RECEIPT_TOKEN_LENGTH)}${tail}`);
  const tokenAt = Buffer.byteLength(head);
  return {
    payload: (token) => new PersonalPayload(whole, tokenAt, token),
    urgency: pushUrgency(alert.urgency),
    collapseKey: collapseKeyOf(alert.id),
  };
}

/** What all devices get, with the token of one. A class: there are thousands of them at a time. */
class PersonalPayload implements Payload {
  readonly #whole: Buffer;
  readonly #tokenAt: number;
  readonly #token: string;

  constructor(whole: Buffer, tokenAt: number, token: string) {
    this.#whole = whole;
    this.#tokenAt = tokenAt;
    this.#token = token;
  }

  get length(): number {
    return this.#whole.length;
  }

  copy(target: Buffer, targetStart: number): void {
    this.#whole.copy(target, targetStart);
    target.write(this.#token, targetStart + this.#tokenAt, 'latin1');
  }
}

/** The same for a test send, which has no receipt. */
export function webPushTestMessage(alert: Alert, publicUrl: string, nowMs: number): WebPushMessage {
  return marked(alert, testMessage(alert, publicUrl, nowMs));
}

/** The same for a drill. */
export const webPushDrillMessage = (alert: Alert, publicUrl: string): WebPushMessage =>
  marked(alert, drillMessage(alert, publicUrl));

function marked(alert: Alert, message: object): WebPushMessage {
  const payload = Buffer.from(JSON.stringify(message));
  return {
    payload: () => payload,
    urgency: pushUrgency(alert.urgency),
    collapseKey: collapseKeyOf(testTag(alert.id)),
  };
}

// 32 characters: the most that RFC 8030 allows, and a length that Apple can decode (mod 4 is not 1).
const collapseKeyOf = (name: string): string =>
  createHash('sha256').update(name).digest().toString('base64url', 0, 24);

// `high` reaches a sleeping device at once; iOS needs it to show anything promptly (RFC 8030, section 5.3).
function pushUrgency(urgency: Urgency): PushUrgency {
  return urgency === 'normal' ? 'normal' : 'high';
}
