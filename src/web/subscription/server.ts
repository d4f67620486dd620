import type { Preferences, SubscriptionRecord } from './record.ts';

/** `conflict`: the server knows this endpoint with other keys, or the browser used a VAPID key that is no longer ours. */
type Told = { readonly type: 'known'; readonly record: SubscriptionRecord } | { readonly type: 'conflict' };

/**
 * Sends a subscription and its preferences to the server. May be repeated, and restores a subscription that the server lost.
 * @throws when the server cannot be reached or refuses
 */
export async function tellServer(subscription: PushSubscription, preferences: Preferences): Promise<Told> {
  const json = subscription.toJSON();
  const response = await fetch('/v1/subscriptions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ subscription: json, ...preferences }),
  });
  if (response.status === 409) return { type: 'conflict' };
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const answer = (await response.json()) as Preferences & { id: string; vapidKeyChanged: boolean };
  const { id, vapidKeyChanged, ...kept } = answer;
  if (vapidKeyChanged) return { type: 'conflict' };
  return { type: 'known', record: { id, auth: json.keys?.['auth'] ?? '', preferences: kept } };
}

/** Erases a subscription at the server. If that fails, the push service reports it gone at the next push. */
export async function forgetAtServer({ id, auth }: SubscriptionRecord): Promise<void> {
  await fetch(`/v1/subscriptions/${encodeURIComponent(id)}`, {
    method: 'DELETE',
    headers: { Authorization: `Subscription ${auth}` },
    keepalive: true,
  }).catch(() => undefined);
}
