import type { LiveFilter } from '../protocol.ts';
import { wants } from '../door/query.ts';

/** How many connections a group has. */
export interface GroupSize {
  readonly filter: LiveFilter;
  readonly connections: number;
}

/** Groups that a process tells the others of: strangers choose the filters, and may choose one each. */
const MOST_TOLD = 500;

/** The largest, for the other processes. */
export const largest = (sizes: readonly GroupSize[]): GroupSize[] =>
  sizes.toSorted((a, b) => b.connections - a.connections).slice(0, MOST_TOLD);

/** Connections that an alert with these topics, urgency and language would go to. No language: whatever they want. */
export function countReached(sizes: readonly GroupSize[], { topics, urgency, lang }: LiveFilter): number {
  let count = 0;
  for (const { filter, connections } of sizes) {
    const facets = { topics: [...topics], urgency, lang: lang ?? filter.lang ?? 'und' };
    if (wants(filter, facets)) count += connections;
  }
  return count;
}
