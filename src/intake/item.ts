import type { Reason } from './reasons.ts';

/** What a source says of one piece of news, in its own words. Every format is read into these. */
export interface Item {
  /** What the source calls the item: the same for all its versions. */
  readonly id: string;
  /** Which of several texts of the item this is, by its language for instance: each makes an alert. Null: it has one text. */
  readonly edition: string | null;
  readonly version: ItemVersion;
  /** The ids of items that this one continues under an id of its own, the newest first. */
  readonly follows: readonly string[];
  /**
   * `update` and `correction`: how the source calls a later version. `withdrawal`: it takes the item back for good.
   * `hold`: it takes the item back until it says otherwise.
   */
  readonly change: 'update' | 'correction' | 'withdrawal' | 'hold';
  /** Why an item is none for alerts, a picture for instance; null: it may become one. */
  readonly unfit: Reason | null;
  /** Why it makes no alert any more, although it may still change one; null: it may make one. */
  readonly stale: Reason | null;
  /** What readers are told of a change. Undefined: the format has no such thing. */
  readonly note?: string | null;
  /**
   * What its editor asks for. Null: nothing, so an alert that is there stays as it is. Undefined: the source sends what is
   * meant.
   */
  readonly asks?: string | null;
  /** Of what is taken back it may be empty. */
  readonly headline: string;
  readonly body: string | null;
  /** Undefined: the format has no such thing, so what an editor added stays. */
  readonly url?: string | null;
  /** Its public page: no reader hears of it before this answers 200. Undefined: its source has looked. */
  readonly page?: string;
  /** Undefined: the format has none. Else only an item with the source's `mark` among them makes an alert. */
  readonly marks?: readonly string[];
  /** BCP 47; null: the source's default. */
  readonly lang: string | null;
  /** Names and codes that the source may turn into topics, the most important first. */
  readonly subjects: readonly string[];
  /** A name in the source's table of urgencies; null: the item has none. */
  readonly urgency: string | null;
  /** The source warns of it, for legal reasons for instance: an editor must look at it first. */
  readonly isSensitive: boolean;
  /** RFC 3339 UTC. No reader may see it earlier. */
  readonly embargoedUntil: string | null;
  /** RFC 3339 UTC. */
  readonly expiresAt: string | null;
}

/** An item that says nothing: what a format does not know of it stays as it is here. */
export const EMPTY_ITEM = {
  edition: null,
  follows: [],
  change: 'update',
  unfit: null,
  stale: null,
  headline: '',
  body: null,
  lang: null,
  subjects: [],
  urgency: null,
  isSensitive: false,
  embargoedUntil: null,
  expiresAt: null,
} as const satisfies Partial<Item>;

/** What a source says of an item as a whole, whatever editions it has, and whether it has come yet or not: it has ended. */
export interface Ending {
  readonly id: string;
  /** The id of the item that ends it. */
  readonly by: string;
  /** `replaced`: what is not continued by an edition of the other item is taken back as well. */
  readonly how: 'replaced' | 'cancelled';
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Which of two versions is newer: the one with the higher number; where one has none, or both the same, the later one. */
export interface ItemVersion {
  readonly number: number | null;
  /** Milliseconds since the epoch. */
  readonly madeAt: number | null;
}

/** Items, and what they end, in this order; or why the bytes are none: a sentence for the source's operator, and the field (RFC 6901) that is wrong. */
export type ReadItems =
  | { readonly items: readonly Item[]; readonly endings?: readonly Ending[] }
  | { readonly fault: string; readonly pointer: string };

/**
 * A format of news: a pure function of the bytes that a source sent. It knows no store, no clock and no settings, and never
 * throws. A new format is one file with such a function, and a line in formats.ts.
 */
export type Format = (bytes: Buffer) => ReadItems;
