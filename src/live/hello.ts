import { formatCursor, type Cursor } from './cursor.ts';
import type { Group } from './groups.ts';
import { helloText, type Tail } from './tail.ts';

/** Bytes of hellos that are kept: readers who come back at once mostly ask the same. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** How old the time in a kept hello may be, ms: exact enough for an expiry, and still one hello for many. */
const TIME_GOOD_MS = 10_000;

export interface Hello {
  readonly bytes: Buffer;
  readonly recovered: boolean;
}

/** The first message of each connection, made once for all of a group that have the same gap. */
export function createHellos(deps: {
  /** Milliseconds since the epoch. */
  now: () => number;
}): (tail: Tail, group: Group, since: Cursor | undefined) => Hello {
  const kept = new Map<string, Hello & { readonly goodUntilMs: number }>();
  let keptBytes = 0;
  let keptFor = '';

  function forget(place: string): void {
    kept.clear();
    keptBytes = 0;
    keptFor = place;
  }

  return (tail, group, since) => {
    const now = deps.now();
    const place = formatCursor(tail.cursor);
    if (place !== keptFor) forget(place);
    const question = `${group.key} ${since?.epoch === tail.cursor.epoch ? since.offset : 'new'}`;
    const known = kept.get(question);
    if (known !== undefined && known.goodUntilMs > now) return known;
    const beginning = tail.begin(group.filter, since, now);
    const { recovered } = beginning;
    const goodUntilMs = Math.min(beginning.goodUntilMs, now + TIME_GOOD_MS);
    if (known !== undefined) keptBytes -= known.bytes.length;
    const hello = { bytes: group.wire.encode(helloText(beginning, now), place), recovered, goodUntilMs };
    if (keptBytes + hello.bytes.length > MAX_KEPT_BYTES) forget(place);
    keptBytes += hello.bytes.length;
    kept.set(question, hello);
    return hello;
  };
}
