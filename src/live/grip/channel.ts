import { createHash } from 'node:crypto';
import { filterKey } from '../door/query.ts';
import { parseCursor, type Cursor } from '../log/cursor.ts';
import type { Tail } from '../log/tail.ts';
import type { LiveFilter } from '../protocol.ts';

/*
 * A channel of the proxy carries what one filter wants. A place is where a line is in its channel: the offset of the newest
 * version that the channel has carried, or the channel's base if that is later. The name of a place is a cursor. Every server
 * finds the same place for the same channel and log, so all may publish the same, and the proxy takes the first.
 */

/** A base follows the log in steps of so many versions, a step behind. A tail holds more than two steps. */
const STEP = 500;

/** Whatever its filter holds, a name is short, and holds nothing that a header must quote. */
export const channelOf = (filter: LiveFilter): string =>
  `ajil-${createHash('sha256').update(filterKey(filter)).digest('base64url').slice(0, 22)}`;

/** The query of a filter in canonical form. */
export function queryOf({ topics, urgency, lang }: LiveFilter): string {
  const query = new URLSearchParams({ urgency });
  if (topics.length > 0) query.set('topics', topics.join(','));
  if (lang !== undefined) query.set('lang', lang);
  return query.toString();
}

/**
 * The oldest place of a channel when the log is at `offset`. Without it, a channel whose filter nothing concerned for days
 * would have a place that no tail holds any more, and its lines could not be told what they missed.
 */
export const baseAt = (offset: number): number => Math.max(0, Math.floor(offset / STEP) * STEP - STEP);

/** The place of a filter's channel before the version `before`; by default, after all that the tail holds. */
export function placeOf(tail: Tail, filter: LiveFilter, before: number = tail.cursor.offset + 1): number {
  const base = baseAt(before - 1);
  return tail.newestFor(filter, base, before) ?? base;
}

/**
 * Reads `Grip-Last`: the last place of a line in its channel.
 * @returns undefined for anything else, for example the places of several channels: no line of ours has two
 */
export function parseGripLast(header: string | string[]): { channel: string; at: Cursor } | undefined {
  const found = /^([\w-]+);\s*last-id=([^\s,;]+)$/.exec(String(header).trim());
  const at = parseCursor(found?.[2] ?? '');
  return found?.[1] === undefined || at === undefined ? undefined : { channel: found[1], at };
}
