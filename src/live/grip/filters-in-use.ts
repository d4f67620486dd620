import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import { parseLiveQuery } from '../door/query.ts';
import type { LiveFilter } from '../protocol.ts';
import { queryOf } from './channel.ts';
import { USE_FILTER } from './scripts/use-filter.ts';

/** Characters of a filter's query. A longer one is held by the gateway. */
const MOST_QUERY = 1000;
/** A line that hears nothing asks every two minutes, and so notes its filter again; a line that hears something need not ask. */
const FORGOTTEN_MS = 24 * 3600 * 1000;
/** A server notes a filter again after so long, ms. */
const NOTED_MS = 60_000;

/** The filters of the lines that proxies hold, of all servers: no server knows the lines of another, nor those of before its start. */
export interface FiltersInUse {
  /** @returns false if there is no room for the filter: the proxy cannot hold its lines */
  use(filter: LiveFilter): Promise<boolean>;
  all(): Promise<LiveFilter[]>;
}

/**
 * @param deps.now milliseconds since the epoch, by the clock of all servers
 * @param deps.most filters at most
 */
export function createFiltersInUse(deps: { redis: Redis; now: () => number; most: number }): FiltersInUse {
  const { redis, now, most } = deps;
  const noted = new Map<string, number>();
  const read = new Map<string, LiveFilter | undefined>();

  function filterOf(query: string): LiveFilter | undefined {
    if (!read.has(query)) {
      if (read.size > 2 * most) read.clear();
      const parsed = parseLiveQuery(new URLSearchParams(query));
      read.set(query, parsed.ok ? parsed.filter : undefined);
    }
    return read.get(query);
  }

  async function use(filter: LiveFilter): Promise<boolean> {
    const query = queryOf(filter);
    if (query.length > MOST_QUERY) return false;
    const at = now();
    if (at - (noted.get(query) ?? -Infinity) < NOTED_MS) return true;
    const args = [query, at, FORGOTTEN_MS, most];
    const there = await runScript(redis, USE_FILTER, [keys.liveGripFilters], args);
    if (noted.size > 2 * most) noted.clear();
    if (there === 1) noted.set(query, at);
    return there === 1;
  }

  /** Redis lost what this server had noted: it was emptied, or replaced by a copy that was behind. */
  async function noteAgain(queries: readonly string[]): Promise<string[]> {
    const there = new Set(queries);
    const lost = [...noted.keys()].filter((query) => !there.has(query));
    for (const query of lost) {
      noted.delete(query);
      const filter = filterOf(query);
      if (filter !== undefined) await use(filter);
    }
    return lost;
  }

  return {
    use,
    all: async () => {
      const queries = await redis.zrange(keys.liveGripFilters, '0', '-1');
      return [...queries, ...(await noteAgain(queries))].flatMap((query) => filterOf(query) ?? []);
    },
  };
}
