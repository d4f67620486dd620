import type { Urgency } from '../alerts/schema.ts';

/** What a source says of one story, in our words. Every format is read into these. */
export interface Item {
  /** What the source calls it: the same for all its versions. */
  readonly id: string;
  /** Of two items with the same id, the one with the higher order is newer. */
  readonly order: number;
  /** `correction` and `update`: how the source calls a later version. `withdrawal`: it takes the item back. */
  readonly change: 'update' | 'correction' | 'withdrawal';
  readonly headline: string;
  readonly body: string | null;
  readonly url: string | null;
  /** BCP 47. */
  readonly lang: string;
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  /** RFC 3339; null: the newsroom's default. */
  readonly expiresAt: string | null;
  /** RFC 3339; null: at once. */
  readonly sendAt: string | null;
  readonly note: string | null;
}

/** Items, or why the bytes are none: a sentence for the source's operator. */
export type ReadItems = { readonly items: readonly Item[] } | { readonly fault: string };

/**
 * A format of news: a pure function of the bytes that a source sent. It knows no store and no clock. A new format is one
 * file with such a function, and a line where the sources are listed.
 */
export type Format = (bytes: Buffer) => ReadItems;
