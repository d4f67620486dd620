import type { Alert } from '../alerts/schema.ts';
import { formatCursor, type Cursor } from './cursor.ts';
import type { LogEntry } from './log.ts';
import type { HelloMessage, LiveFilter } from './protocol.ts';
import { wants } from './query.ts';

/** Versions kept in memory: a reconnect within these costs Redis nothing. */
const KEPT = 2000;
/** A fresh page is shown so many alerts at most. */
const CURRENT = 20;

/** The end of the live log in this process's memory. */
export interface Tail {
  readonly cursor: Cursor;
  add(entry: LogEntry): void;
  /** Who sees a version: whoever wants it, and whoever wanted an earlier version of the same alert. */
  concerns(filter: LiveFilter, alert: Alert): boolean;
  hello(filter: LiveFilter, since: Cursor | undefined, nowMs: number): HelloMessage;
}

/** @param start the offset before the first entry that will be added */
export function createTail(epoch: string, start: number): Tail {
  let offset = start;
  let entries: LogEntry[] = [];

  function concerns(filter: LiveFilter, alert: Alert): boolean {
    if (wants(filter, alert)) return true;
    if (alert.change === 'new') return false;
    return entries.some(
      (entry) =>
        entry.alert.id === alert.id && entry.alert.version < alert.version && wants(filter, entry.alert),
    );
  }

  function current(filter: LiveFilter, nowMs: number): Alert[] {
    const latest = new Map<string, Alert>();
    for (const { alert } of entries) latest.set(alert.id, alert);
    return [...latest.values()]
      .filter((alert) => alert.change !== 'retraction' && Date.parse(alert.expiresAt) > nowMs)
      .filter((alert) => wants(filter, alert))
      .slice(-CURRENT);
  }

  return {
    get cursor() {
      return { epoch, offset };
    },
    add: (entry) => {
      offset = entry.offset;
      entries.push(entry);
      if (entries.length > KEPT * 1.5) entries = entries.slice(-KEPT);
    },
    concerns,
    hello: (filter, since, nowMs) => {
      const first = (entries[0]?.offset ?? offset + 1) - 1;
      const recovered =
        since !== undefined && since.epoch === epoch && since.offset >= first && since.offset <= offset;
      const alerts = recovered
        ? entries
            .filter((entry) => entry.offset > since.offset && concerns(filter, entry.alert))
            .map((entry) => entry.alert)
        : current(filter, nowMs);
      return { type: 'hello', cursor: formatCursor({ epoch, offset }), recovered, alerts };
    },
  };
}
