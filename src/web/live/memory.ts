import type { Alert } from '../../alerts/schema.ts';
import { parseCursor } from '../../live/log/cursor.ts';
import type { HelloMessage, LiveMessage } from '../../live/protocol.ts';
import type { ServerClock } from '../common/server-clock.ts';

/**
 * Versions that the tab remembers. A version that comes twice was on its way when a line was replaced, so it is among the last.
 * A gateway replays as many.
 */
const MAX_SEEN = 2000;
/** Versions kept for other tabs that missed them. */
const MAX_MISSED = 200;
/** Current alerts kept for a tab that opens later: more than a gateway's hello holds. */
const MAX_CURRENT = 50;

/** A version that another tab may have missed: a tab at `after` has not had it, a tab at `cursor` has had it. */
interface Missed {
  readonly after: string;
  readonly cursor: string;
  readonly alert: Alert;
}

/** The part of the live log that one tab has had. */
export interface Memory {
  /** The position that the tab has reached; empty: none yet. */
  readonly cursor: string;
  readonly take: (message: LiveMessage) => void;
  /** Makes the hello that the gateway would give another tab at `since`; undefined while this tab knows no more than that tab. */
  helloFor(since: string): HelloMessage | undefined;
}

/**
 * Passes on every version once, and the current alerts after a gap that could not be filled.
 * @param told.clock is set by the time in a hello
 * @param told.onAlert every version once (alert id and version)
 * @param told.onReset gets the current alerts of a hello without recovery; by default `onAlert` gets those that are new
 */
export function createMemory(told: {
  clock: ServerClock;
  onUnknownTopics?: (topics: readonly string[]) => void;
  onAlert: (alert: Alert) => void;
  onReset?: ((current: readonly Alert[]) => void) | undefined;
}): Memory {
  const seen = new Set<string>();
  const current = new Map<string, Alert>();
  let missed: Missed[] = [];
  /** The position before the first entry of `missed`. */
  let start = '';
  let cursor = '';

  /** @returns whether the version is new */
  function remember(alert: Alert): boolean {
    const name = `${alert.id}:${alert.version}`;
    if (seen.has(name)) return false;
    seen.add(name);
    dropOldest(seen, MAX_SEEN);
    return true;
  }

  function noteCurrent(alert: Alert): void {
    if ((current.get(alert.id)?.version ?? 0) > alert.version) return;
    current.delete(alert.id);
    if (alert.change !== 'retraction') current.set(alert.id, alert);
    dropOldest(current, MAX_CURRENT);
  }

  function takeVersion(alert: Alert, after: string): void {
    if (!remember(alert)) return;
    missed.push({ after, cursor, alert });
    const dropped = missed.splice(0, Math.max(0, missed.length - MAX_MISSED));
    start = dropped.at(-1)?.cursor ?? start;
    noteCurrent(alert);
    told.onAlert(alert);
  }

  function startOver(hello: HelloMessage): void {
    missed = [];
    start = cursor;
    current.clear();
    const fresh = hello.alerts.filter(remember);
    hello.alerts.forEach(noteCurrent);
    if (told.onReset === undefined) fresh.forEach(told.onAlert);
    else told.onReset(hello.alerts);
  }

  return {
    get cursor() {
      return cursor;
    },
    take: (message) => {
      const before = cursor;
      cursor = message.cursor;
      if (message.type === 'hello') {
        told.clock.set(Date.parse(message.time ?? ''));
        if (message.unknownTopics !== undefined) told.onUnknownTopics?.(message.unknownTopics);
      }
      if (message.type === 'alert') takeVersion(message.alert, cursor);
      else if (message.recovered) message.alerts.forEach((alert) => takeVersion(alert, before));
      else startOver(message);
    },
    helloFor: (since) => {
      const nowMs = told.clock.now();
      if (cursor === '' || (since !== cursor && isWithin(since, cursor))) return undefined;
      // The versions of a hello have no positions. For a tab that is between its ends, we cannot know which versions it had.
      const isAmong = ({ after, cursor }: Missed): boolean =>
        offsetOf(after) < offsetOf(since) && offsetOf(since) < offsetOf(cursor);
      const recovered = isWithin(since, start) && !missed.some(isAmong);
      const alerts = recovered
        ? missed.filter((entry) => offsetOf(entry.cursor) > offsetOf(since)).map((entry) => entry.alert)
        : [...current.values()].filter((alert) => Date.parse(alert.expiresAt) > nowMs);
      return { type: 'hello', cursor, recovered, alerts, time: new Date(nowMs).toISOString() };
    },
  };
}

const offsetOf = (cursor: string): number => parseCursor(cursor)?.offset ?? 0;

/** In the same epoch, and not before `start`. */
function isWithin(cursor: string, start: string): boolean {
  const [asked, first] = [parseCursor(cursor), parseCursor(start)];
  if (asked === undefined || first === undefined) return false;
  return asked.epoch === first.epoch && asked.offset >= first.offset;
}

/** Sets and maps keep the order of insertion. */
function dropOldest(
  kept: { size: number; keys(): Iterator<string>; delete(key: string): boolean },
  most: number,
): void {
  while (kept.size > most) {
    const { value, done } = kept.keys().next();
    if (done !== true) kept.delete(value);
  }
}
