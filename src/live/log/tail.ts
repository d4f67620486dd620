import { formatCursor, type Cursor } from './cursor.ts';
import type { LogEntry } from './log.ts';
import type { LiveFilter } from '../protocol.ts';
import { wants, type Facets } from '../door/query.ts';

/** Versions kept in memory. A reconnect within them costs Redis nothing. */
export const KEPT = 2000;
/** Bytes that one hello may replay: below the bytes that may wait for a slow reader, so that a hello alone never cuts a reader. */
export const MAX_REPLAY_BYTES = 256 * 1024;
/** Alerts that a hello shows to a new reader, at most. */
const CURRENT = 20;

/** A version in the tail. */
export interface Version {
  readonly offset: number;
  readonly id: string;
  readonly version: number;
  /** The alert as JSON. */
  readonly json: string;
  readonly bytes: number;
  /** There is nothing to show any more. */
  readonly retracted: boolean;
  readonly expiresAtMs: number;
  /** The facets of this version and of earlier versions of the alert. A filter that wants any of them gets the version. */
  readonly reach: readonly Facets[];
}

/** The first content of a connection: the answer to its cursor. */
export interface Beginning {
  readonly cursor: Cursor;
  readonly recovered: boolean;
  readonly versions: readonly Version[];
  /** Until when the same answer is right if no version is added (ms since the epoch). */
  readonly goodUntilMs: number;
}

/** The end of the live log in this process's memory: consecutive offsets without a gap. */
export interface Tail {
  readonly cursor: Cursor;
  /** Undefined when there are no versions. */
  readonly newest: Version | undefined;
  /** @param entry its offset follows the newest offset */
  add(entry: LogEntry): Version;
  begin(filter: LiveFilter, since: Cursor | undefined, nowMs: number): Beginning;
  /** The offset of the newest version, after the offset `after` and before `before`, that concerns the filter. */
  newestFor(filter: LiveFilter, after: number, before: number): number | undefined;
}

/** A reader gets a version if their filter wants it or wanted an earlier version of the same alert. */
export const concerns = (filter: LiveFilter, version: Version): boolean =>
  version.reach.some((facets) => wants(filter, facets));

/** @param start the offset before the first entry to add */
export function createTail(epoch: string, start: number): Tail {
  let versions: Version[] = [];
  /** Newest version of each alert, in the order in which the alerts began. */
  const latest = new Map<string, Version>();
  let offset = start;

  /**
   * Finds what a reader has missed: the newest version of each alert, because earlier versions may not be sent any more.
   * Undefined when the tail does not hold the whole gap, or when the gap is more than one hello may carry.
   */
  function missed(filter: LiveFilter, since: number): Version[] | undefined {
    const held = versions[0]?.offset ?? offset + 1;
    if (since > offset || since + 1 < held) return undefined;
    const found: Version[] = [];
    let bytes = 0;
    for (let index = since + 1 - held; index < versions.length; index++) {
      const version = versions[index];
      if (version === undefined || latest.get(version.id) !== version) continue;
      if (!concerns(filter, version)) continue;
      bytes += version.bytes;
      if (bytes > MAX_REPLAY_BYTES) return undefined;
      found.push(version);
    }
    return found;
  }

  const current = (filter: LiveFilter, nowMs: number): Version[] =>
    [...latest.values()]
      .filter((version) => !version.retracted && version.expiresAtMs > nowMs && concerns(filter, version))
      .slice(-CURRENT);

  function forget(dropped: readonly Version[]): void {
    for (const version of dropped) if (latest.get(version.id) === version) latest.delete(version.id);
  }

  return {
    get cursor() {
      return { epoch, offset };
    },
    get newest() {
      return versions.at(-1);
    },
    add: (entry) => {
      const version = asVersion(entry, latest.get(entry.alert.id));
      offset = entry.offset;
      versions.push(version);
      latest.set(version.id, version);
      if (versions.length > KEPT * 1.5) {
        forget(versions.slice(0, -KEPT));
        versions = versions.slice(-KEPT);
      }
      return version;
    },
    begin: (filter, since, nowMs) => {
      const cursor = { epoch, offset };
      const gap = since?.epoch === epoch ? missed(filter, since.offset) : undefined;
      if (gap !== undefined) return { cursor, recovered: true, versions: gap, goodUntilMs: Infinity };
      const shown = current(filter, nowMs);
      const goodUntilMs = Math.min(...shown.map((version) => version.expiresAtMs));
      return { cursor, recovered: false, versions: shown, goodUntilMs };
    },
    newestFor: (filter, after, before) => {
      const held = versions[0]?.offset ?? offset + 1;
      for (let at = Math.min(before - 1, offset); at > after && at >= held; at--) {
        const version = versions[at - held];
        if (version !== undefined && concerns(filter, version)) return at;
      }
      return undefined;
    },
  };
}

function asVersion({ offset, alert, json }: LogEntry, earlier: Version | undefined): Version {
  const own: Facets = { topics: alert.topics, urgency: alert.urgency, lang: alert.lang };
  return {
    offset,
    id: alert.id,
    version: alert.version,
    json,
    bytes: Buffer.byteLength(json),
    retracted: alert.change === 'retraction',
    expiresAtMs: Date.parse(alert.expiresAt),
    reach: earlier === undefined ? [own] : withFacets(earlier.reach, own),
  };
}

/** Mostly the same array: only an urgency that changes adds something. */
function withFacets(reach: readonly Facets[], own: Facets): readonly Facets[] {
  const name = (facets: Facets): string => JSON.stringify([facets.urgency, facets.lang, facets.topics]);
  return reach.some((facets) => name(facets) === name(own)) ? reach : [...reach, own];
}

/** `hello` as JSON text (see the protocol). */
export function helloText(
  { cursor, recovered, versions }: Beginning,
  nowMs: number,
  unknownTopics: readonly string[] = [],
): string {
  const unknown = unknownTopics.length === 0 ? '' : `,"unknownTopics":${JSON.stringify(unknownTopics)}`;
  const alerts = versions.map((version) => version.json).join(',');
  const head = `"type":"hello","cursor":"${formatCursor(cursor)}","recovered":${recovered}`;
  return `{${head},"time":"${new Date(nowMs).toISOString()}","alerts":[${alerts}]${unknown}}`;
}

/** `alert` as JSON text (see the protocol). */
export const alertText = (cursor: string, version: Version): string =>
  `{"type":"alert","cursor":"${cursor}","alert":${version.json}}`;
