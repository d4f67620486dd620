import type { PushData } from './push-message.ts';

/** Tells the newsroom what became of a notification. A receipt that does not arrive is only a count too low. */
export async function sendReceipt(event: 'shown' | 'opened', data: PushData | undefined): Promise<void> {
  if (data === undefined) return;
  const receipt = { alertId: data.id, version: data.version, event, token: data.receipt };
  await fetch('/v1/receipts', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(receipt),
    keepalive: true,
  }).catch(() => undefined);
}
