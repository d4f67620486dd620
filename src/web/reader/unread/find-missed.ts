import type { Alert } from '../../../alerts/schema.ts';
import { readNotes } from '../../subscription/notes.ts';
import { readRecord } from '../../subscription/record.ts';
import { firstPublishedMs, missedOf } from './missed.ts';

/** Bounds what a reader is shown who comes back after weeks. */
const MOST = 50;
const NOTHING = { missed: [], untilMs: 0 } as const;

/**
 * What this reader's choices would have brought since the last visit, but no notification showed: quiet hours, the daily
 * cap or a device without a network held it. Only this device knows it. Newest first.
 * @param sinceMs the last visit @returns also the time until which nothing is missed after this look, ms since the epoch
 */
export async function findMissed(sinceMs: number | undefined): Promise<{
  readonly missed: readonly Alert[];
  readonly untilMs: number;
}> {
  const [record, notes] = await Promise.all([readRecord(), readNotes()]);
  if (record === undefined || sinceMs === undefined) return NOTHING;
  const { topics, lang } = record.preferences;
  const query = new URLSearchParams({ topics: topics.join(','), limit: String(MOST) });
  if (lang !== undefined) query.set('lang', lang);
  const response = await fetch(`/v1/alerts?${query}`);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { alerts } = (await response.json()) as { alerts: readonly Alert[] };
  const shown = new Set(notes.map(({ id }) => id));
  return {
    missed: missedOf(alerts, record.preferences, shown, sinceMs),
    untilMs: Math.max(0, ...alerts.map(firstPublishedMs)),
  };
}
