import { formatCursor, type Cursor } from './log/cursor.ts';
import type { GroupIdentity } from './connections/group-identity.ts';
import { helloText, type Tail } from './log/tail.ts';

/** Most hellos to keep: readers who return together mostly send the same query, but strangers can invent any number. */
const MAX_KEPT = 2000;
/** Bytes of them, with what each answers. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** How old the time in a kept hello may be, ms: exact enough for an expiry, and still one hello for many. */
const TIME_GOOD_MS = 10_000;

export interface Hello {
  readonly bytes: Buffer;
  readonly recovered: boolean;
}

/** The first message of each connection, made once for all connections of a group with the same gap. */
export interface Hellos {
  of(tail: Tail, group: GroupIdentity, since: Cursor | undefined): Hello;
  /** How many are kept. */
  readonly kept: number;
}

/** @param deps.topics those that the newsroom has; undefined while nobody knows. Another set when they change */
export function createHellos(deps: {
  /** Milliseconds since the epoch. */
  now: () => number;
  topics: () => ReadonlySet<string> | undefined;
}): Hellos {
  const kept = new Map<string, Hello & { readonly goodUntilMs: number }>();
  let keptBytes = 0;
  let keptFor: { place: string; topics: ReadonlySet<string> | undefined } = { place: '', topics: undefined };

  function forget(): void {
    kept.clear();
    keptBytes = 0;
  }

  return {
    get kept() {
      return kept.size;
    },
    of: (tail, group, since) => {
      const now = deps.now();
      const place = formatCursor(tail.cursor);
      const topics = deps.topics();
      if (place !== keptFor.place || topics !== keptFor.topics) {
        forget();
        keptFor = { place, topics };
      }
      const question = `${group.key} ${since?.epoch === tail.cursor.epoch ? since.offset : 'new'}`;
      const known = kept.get(question);
      if (known !== undefined && known.goodUntilMs > now) return known;
      const beginning = tail.begin(group.filter, since, now);
      const { recovered } = beginning;
      const goodUntilMs = Math.min(beginning.goodUntilMs, now + TIME_GOOD_MS);
      const unknown = topics === undefined ? [] : group.filter.topics.filter((topic) => !topics.has(topic));
      const hello = {
        bytes: group.wire.encode(helloText(beginning, now, unknown), place),
        recovered,
        goodUntilMs,
      };
      const sizeOf = ({ bytes }: Hello): number => bytes.length + Buffer.byteLength(question);
      if (known !== undefined) keptBytes -= sizeOf(known);
      const bytes = sizeOf(hello);
      if (keptBytes + bytes > MAX_KEPT_BYTES || kept.size >= MAX_KEPT) forget();
      keptBytes += bytes;
      kept.set(question, hello);
      return hello;
    },
  };
}
