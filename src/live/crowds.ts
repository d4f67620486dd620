import type { LiveFilter } from './protocol.ts';
import { wants } from './query.ts';

/** How many open connections want the same. */
export interface Crowd {
  readonly filter: LiveFilter;
  readonly connections: number;
}

/** Crowds that a process tells the others of: strangers choose the filters, and may choose one each. */
const MOST_TOLD = 500;

/** The largest, for the other processes. */
export const largest = (crowds: readonly Crowd[]): Crowd[] =>
  crowds.toSorted((a, b) => b.connections - a.connections).slice(0, MOST_TOLD);

/** Connections that an alert with these topics, urgency and language would go to. No language: whatever they want. */
export function countReached(crowds: readonly Crowd[], { topics, urgency, lang }: LiveFilter): number {
  let count = 0;
  for (const { filter, connections } of crowds) {
    const facets = { topics: [...topics], urgency, lang: lang ?? filter.lang ?? 'und' };
    if (wants(filter, facets)) count += connections;
  }
  return count;
}
