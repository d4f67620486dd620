import type { SubscriptionRecord } from '../subscription/record.ts';
import { subscribe } from '../subscription/subscribe.ts';

/**
 * The push service has ended the browser's subscription: makes a new one with the same choices.
 * @param record undefined: the reader is not subscribed at Ajil
 */
export async function subscribeAnew(
  registration: ServiceWorkerRegistration,
  record: SubscriptionRecord | undefined,
): Promise<void> {
  if (record === undefined) return;
  const { site, preferences } = record;
  const server = site?.server ?? '';
  const response = await fetch(`${server}/v1/config`);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { vapidPublicKey } = (await response.json()) as { vapidPublicKey: string };
  const elsewhere = site === undefined ? {} : { server, keepForeign: true };
  await subscribe({ registration, vapidPublicKey, ...elsewhere }, preferences);
}
