import type { Preferences } from './preferences.ts';
import { STORES } from './stores.ts';

/** This browser's copy of its subscription at the server; the preferences are the server's last answer. */
export interface SubscriptionRecord {
  readonly id: string;
  /** The push subscription's `auth` key: it proves to the server that a subscription is ours. */
  readonly auth: string;
  readonly preferences: Preferences;
  /** Only on another site. */
  readonly site?: SiteRecord;
  /** The reader chose the language of the notifications in the form, so that it follows the page's no more. */
  readonly languageChosen?: boolean;
}

export interface SiteRecord {
  /** Ajil's origin. */
  readonly server: string;
  readonly vapidPublicKey: string;
  /** Of the site's service worker. */
  readonly scope: string;
  /** When the server was told last, ms since the epoch. */
  readonly toldMs: number;
}

// Page and service worker both need it, and the worker has no localStorage.
const PLACE = '/subscription';

/** A browser with blocked storage keeps no record. */
export async function readRecord(): Promise<SubscriptionRecord | undefined> {
  try {
    const stored = await caches.match(PLACE, { cacheName: STORES.subscription });
    return stored === undefined ? undefined : ((await stored.json()) as SubscriptionRecord);
  } catch {
    return undefined;
  }
}

/** @throws when the browser stores nothing: it could not end a subscription that it forgot */
export async function writeRecord(record: SubscriptionRecord): Promise<void> {
  await (await caches.open(STORES.subscription)).put(PLACE, Response.json(record));
}

/** Erases the record, and all else that this browser keeps about notifications. */
export async function eraseRecord(): Promise<void> {
  for (const name of Object.values(STORES)) await caches.delete(name).catch(() => false);
}
