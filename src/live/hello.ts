import { formatCursor, type Cursor } from './log/cursor.ts';
import type { GroupIdentity } from './connections/group-identity.ts';
import { helloText, type Tail } from './log/tail.ts';

/** Hellos to keep, at most. Readers who return together mostly send the same query, but strangers can invent any number. */
const MAX_KEPT = 2000;
/** Bytes of kept hellos and of the questions that they answer, at most. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** How old the time in a kept hello may be, ms: exact enough for an expiry, and one hello still serves many readers. */
const TIME_GOOD_MS = 10_000;

export interface Hello {
  readonly bytes: Buffer;
  readonly recovered: boolean;
}

/** Makes the first message of each connection, once for all connections of a group with the same gap. */
export interface Hellos {
  of(tail: Tail, group: GroupIdentity, since: Cursor | undefined): Hello;
  /** How many hellos are kept. */
  readonly kept: number;
}

/** @param deps.topics the newsroom's topics; undefined while they are not known. A changed list is another set */
export function createHellos(deps: {
  /** Milliseconds since the epoch. */
  now: () => number;
  topics: () => ReadonlySet<string> | undefined;
}): Hellos {
  const kept = new Map<string, Hello & { readonly goodUntilMs: number }>();
  let keptBytes = 0;
  let keptFor: { cursor: string; topics: ReadonlySet<string> | undefined } = {
    cursor: '',
    topics: undefined,
  };

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
      const cursor = formatCursor(tail.cursor);
      const topics = deps.topics();
      if (cursor !== keptFor.cursor || topics !== keptFor.topics) {
        forget();
        keptFor = { cursor, topics };
      }
      const question = `${group.key} ${since?.epoch === tail.cursor.epoch ? since.offset : 'new'}`;
      const known = kept.get(question);
      if (known !== undefined && known.goodUntilMs > now) return known;
      const beginning = tail.begin(group.filter, since, now);
      const { recovered } = beginning;
      const goodUntilMs = Math.min(beginning.goodUntilMs, now + TIME_GOOD_MS);
      const unknown = topics === undefined ? [] : group.filter.topics.filter((topic) => !topics.has(topic));
      const hello = {
        bytes: group.wire.encode(helloText(beginning, now, unknown), cursor),
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
