import type { Urgency } from '../../alerts/schema.ts';

/** A reader's choices; `quietHours` and `dailyCap` are the server's last answer. A reader without `lang` gets every language. */
export interface Preferences {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang?: string;
  readonly quietHours?: { readonly start: string; readonly end: string; readonly timeZone: string };
  readonly dailyCap?: number;
}

/** This browser's copy of its subscription at the server. */
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

/** A browser with blocked storage keeps no record. */
export async function readRecord(): Promise<SubscriptionRecord | undefined> {
  try {
    const stored = await (await caches.open(STORE)).match(PLACE);
    return stored === undefined ? undefined : ((await stored.json()) as SubscriptionRecord);
  } catch {
    return undefined;
  }
}

/** @throws when the browser stores nothing: it could not end a subscription that it forgot */
export async function writeRecord(record: SubscriptionRecord): Promise<void> {
  await (await caches.open(STORE)).put(PLACE, Response.json(record));
}

export async function eraseRecord(): Promise<void> {
  await caches.delete(STORE).catch(() => false);
}
