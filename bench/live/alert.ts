import { newAlertId } from '../../src/alerts/id.ts';
import { firstVersion } from '../../src/alerts/versions.ts';
import { toPublicAlert, type Alert } from '../../src/alerts/schema.ts';
import type { AlertMessage } from '../../src/live/protocol.ts';

/** Of the alert as JSON; the message around it (type and cursor) adds some 50. */
export const ALERT_BYTES = 468;

const headlineOf = (seq: number): string =>
  `عاجل: هزة أرضية قوية تضرب الساحل ${String(seq).padStart(3, '0')}`;

/** A breaking-news alert of exactly {@link ALERT_BYTES} bytes, with its number in it. */
export function benchAlert(seq: number, nowMs: number): Alert {
  const input = { headline: headlineOf(seq), lang: 'ar', topics: ['world'], urgency: 'urgent' } as const;
  const alert = toPublicAlert(
    firstVersion(newAlertId(nowMs), { ...input, topics: [...input.topics] }, 'e', nowMs),
  );
  const bytes = Buffer.byteLength(JSON.stringify(alert));
  if (bytes !== ALERT_BYTES) throw new Error(`the alert has ${bytes} bytes instead of ${ALERT_BYTES}`);
  return alert;
}

/** What the peers send: letter for letter what our gateway makes of the alert. */
export function benchMessage(seq: number, nowMs: number): string {
  const message: AlertMessage = {
    type: 'alert',
    cursor: `bench-epoch0:${seq}`,
    alert: benchAlert(seq, nowMs),
  };
  return JSON.stringify(message);
}

/** @throws unless the text that the clients received is the alert of this number */
export function checkReceived(seq: number, text: string): void {
  const message = JSON.parse(text) as AlertMessage;
  if (message.type === 'alert' && message.alert.headline === headlineOf(seq)) return;
  throw new Error(`alert ${seq} came out as ${text}`);
}
