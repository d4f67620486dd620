import type { Urgency } from '../../alerts/schema.ts';

/** What a reader chose; `quietHours` and `dailyCap` are the server's last answer. Without `lang` every language comes. */
export interface Preferences {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang?: string;
  readonly quietHours?: { readonly start: string; readonly end: string; readonly timeZone: string };
  readonly dailyCap?: number;
}

/** What this browser knows of its subscription at the server. */
export interface SubscriptionRecord {
  readonly id: string;
  /** The push subscription's `auth` key: it proves to the server that a subscription is ours. */
  readonly auth: string;
  readonly preferences: Preferences;
  /** The reader chose the language of the notifications in the form, so that it follows the page's no more. */
  readonly languageChosen?: boolean;
}

// Page and service worker both need it, and the worker has no localStorage.
const STORE = 'ajil-subscription';
const PLACE = '/subscription';

/** A browser that keeps nothing for us (storage blocked) knows of no subscription. */
export async function readRecord(): Promise<SubscriptionRecord | undefined> {
  try {
    const stored = await (await caches.open(STORE)).match(PLACE);
    return stored === undefined ? undefined : ((await stored.json()) as SubscriptionRecord);
  } catch {
    return undefined;
  }
}

/** @throws when the browser keeps nothing: a subscription that is forgotten could not be ended */
export async function writeRecord(record: SubscriptionRecord): Promise<void> {
  await (await caches.open(STORE)).put(PLACE, Response.json(record));
}

export async function eraseRecord(): Promise<void> {
  await caches.delete(STORE).catch(() => false);
}
