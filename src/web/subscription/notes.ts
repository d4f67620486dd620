// What this device remembers of its notifications, for the page's next visit and for the offline page. The server knows
// nothing of it. The service worker writes what it showed, the page writes its visits.

import { STORES } from './stores.ts';

/** A notification that was shown. */
export interface Note {
  readonly id: string;
  readonly title: string;
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl' | 'auto';
  readonly url: string;
  /** By this device's clock, ms since the epoch. */
  readonly atMs: number;
}

export interface Visit {
  /** By the server's clock, ms since the epoch. */
  readonly atMs: number;
  /** By this device's clock. */
  readonly deviceMs: number;
  /** Of the page. */
  readonly language: string;
}

const SHOWN = '/shown';
const VISIT = '/visit';
const MOST_NOTES = 200;

/** @returns the notes of alerts that were shown, newest first */
export const readNotes = async (): Promise<readonly Note[]> => (await read<readonly Note[]>(SHOWN)) ?? [];

/** An alert has one note, of its newest version. Notes are written one after the other. */
export async function noteShown(note: Note): Promise<readonly Note[]> {
  const others = (await readNotes()).filter(({ id }) => id !== note.id);
  const notes = [note, ...others].slice(0, MOST_NOTES);
  await write(SHOWN, notes);
  return notes;
}

/** @returns the reader's last visit of the page */
export const readVisit = (): Promise<Visit | undefined> => read<Visit>(VISIT);

export const noteVisit = (visit: Visit): Promise<void> => write(VISIT, visit);

async function read<T>(place: string): Promise<T | undefined> {
  try {
    const stored = await caches.match(place, { cacheName: STORES.notes });
    return stored === undefined ? undefined : ((await stored.json()) as T);
  } catch {
    return undefined;
  }
}

/** A browser that stores nothing shows no missed alerts. */
async function write(place: string, value: unknown): Promise<void> {
  try {
    await (await caches.open(STORES.notes)).put(place, Response.json(value));
  } catch {
    // As above.
  }
}
