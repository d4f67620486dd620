import { spread } from '../common/spread.ts';
import type { PushData } from './push-message.ts';

/** All devices show an alert within the same seconds: their receipts are spread over so long, ms, for the server's sake. */
const SPREAD_MS = 30_000;

/**
 * Tells the newsroom what became of a notification. A receipt that does not arrive, because the browser ended the service
 * worker before its turn, is only a count too low. What is opened is told at once: readers spread that themselves.
 */
export async function sendReceipt(event: 'shown' | 'opened', data: PushData | undefined): Promise<void> {
  if (data === undefined) return;
  if (event === 'shown') await wait(spread(SPREAD_MS));
  const receipt = { alertId: data.id, version: data.version, event, token: data.receipt };
  await fetch('/v1/receipts', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(receipt),
    keepalive: true,
  }).catch(() => undefined);
}

const wait = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));
