import type { LiveFilter } from '../protocol.ts';
import { wants } from '../door/query.ts';

/** The filter of a group, and how many connections it has. */
export interface GroupSize {
  readonly filter: LiveFilter;
  readonly connections: number;
}

/** Groups that a process reports to the others, at most: strangers choose the filters, and each may choose another. */
const MOST_REPORTED = 500;

/** The largest groups, for the other processes. */
export const largest = (sizes: readonly GroupSize[]): GroupSize[] =>
  sizes.toSorted((a, b) => b.connections - a.connections).slice(0, MOST_REPORTED);

/** How many connections an alert with these topics, urgency and language would go to. Without a language, it fits every filter's language. */
export function countReached(sizes: readonly GroupSize[], { topics, urgency, lang }: LiveFilter): number {
  let count = 0;
  for (const { filter, connections } of sizes) {
    const facets = { topics: [...topics], urgency, lang: lang ?? filter.lang ?? 'und' };
    if (wants(filter, facets)) count += connections;
  }
  return count;
}
