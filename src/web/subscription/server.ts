import type { Preferences, PreferencesPatch } from './preferences.ts';
import type { SubscriptionRecord } from './record.ts';

/** `conflict`: the server knows this endpoint with other keys, or the browser used a VAPID key that is no longer ours. */
type Told = { readonly type: 'known'; readonly record: SubscriptionRecord } | { readonly type: 'conflict' };

type Answer = Preferences & { readonly id: string; readonly vapidKeyChanged: boolean };

/**
 * Sends a subscription and its preferences to the server. May be repeated, and restores a subscription that the server lost.
 * @param server Ajil's origin; '' for that of the page
 * @throws when the server cannot be reached or refuses
 */
export async function tellServer(
  server: string,
  subscription: PushSubscription,
  preferences: Preferences,
): Promise<Told> {
  const json = subscription.toJSON();
  const response = await fetch(`${server}/v1/subscriptions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ subscription: json, ...preferences }),
  });
  if (response.status === 409) return { type: 'conflict' };
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { id, vapidKeyChanged, ...kept } = (await response.json()) as Answer;
  if (vapidKeyChanged) return { type: 'conflict' };
  return { type: 'known', record: { id, auth: json.keys?.['auth'] ?? '', preferences: kept } };
}

/**
 * What the server has of a subscription that this browser has no record of: an imported one.
 * @returns undefined if the server does not know it @throws when it cannot be reached
 */
export async function askServer(
  server: string,
  subscription: PushSubscription,
): Promise<Preferences | undefined> {
  const { endpoint, keys } = subscription.toJSON();
  const headers = { Authorization: `Subscription ${keys?.['auth'] ?? ''}` };
  const response = await fetch(`${server}/v1/subscriptions/${await idOf(endpoint ?? '')}`, { headers });
  if (!response.ok) return undefined;
  const { id: _id, vapidKeyChanged: _changed, ...preferences } = (await response.json()) as Answer;
  return preferences;
}

/** The id of a subscription: 16 bytes of its endpoint's SHA-256, base64url. */
async function idOf(endpoint: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  const text = btoa(String.fromCharCode(...new Uint8Array(hash, 0, 16)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Changes preferences at the server.
 * @returns all of them; undefined if the server does not know the subscription, or it must be made anew
 * @throws when the server cannot be reached or refuses
 */
export async function changeAtServer(
  record: SubscriptionRecord,
  patch: PreferencesPatch,
): Promise<Preferences | undefined> {
  const response = await callAs(record, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(patch),
  });
  if ([401, 403, 404].includes(response.status)) return undefined;
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { id: _id, vapidKeyChanged, ...preferences } = (await response.json()) as Answer;
  return vapidKeyChanged ? undefined : preferences;
}

/**
 * Erases a subscription at the server.
 * @returns whether nothing of it is left there; if not, the push service reports it gone at the next push
 */
export async function forgetAtServer(record: SubscriptionRecord): Promise<boolean> {
  try {
    const { ok, status } = await callAs(record, { method: 'DELETE', keepalive: true });
    return ok || status === 404;
  } catch {
    return false;
  }
}

/** A call that proves that the subscription is ours. @param path below that of the subscription */
export function callAs(
  { id, auth, site }: SubscriptionRecord,
  init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
  path = '',
): Promise<Response> {
  const headers = { ...init.headers, Authorization: `Subscription ${auth}` };
  const at = `${site?.server ?? ''}/v1/subscriptions/${encodeURIComponent(id)}${path}`;
  return fetch(at, { ...init, headers });
}
