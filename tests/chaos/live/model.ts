import type { Alert } from '../../../src/alerts/schema.ts';

// What every reader must have received, told as simply as can be. It shares no code with the gateway.

export interface Filter {
  /** None: all. */
  readonly topics: readonly string[];
  readonly urgency: Alert['urgency'];
  readonly lang: string | undefined;
}

export interface Entry {
  readonly offset: number;
  readonly alert: Alert;
}

const LOUDNESS = { normal: 0, urgent: 1, flash: 2 } as const;

function isWanted(filter: Filter, alert: Alert): boolean {
  const loudEnough = LOUDNESS[alert.urgency] >= LOUDNESS[filter.urgency];
  const spoken = filter.lang === undefined || filter.lang === alert.lang.slice(0, 2);
  const followed = filter.topics.length === 0 || filter.topics.some((topic) => alert.topics.includes(topic));
  return loudEnough && spoken && followed;
}

/** The log as it was written, epoch after epoch. */
export interface LogModel {
  /** From here on this is the epoch that counts. */
  begin(epoch: string): void;
  record(epoch: string, entry: Entry): void;
  readonly currentEpoch: string;
  /** In the order of time. */
  epochs(): readonly string[];
  /** In log order. */
  entries(epoch: string): readonly Entry[];
  /** What a reader with this filter gets of an epoch: what it wants, and every later version of what it once wanted. */
  expected(filter: Filter, epoch: string): readonly Entry[];
  /** The alerts that stand at `offset`: the newest version of each, without the retracted. */
  standing(filter: Filter, epoch: string, offset: number): { wanted: Alert[]; allowed: Alert[] };
}

export function createModel(): LogModel {
  const logs = new Map<string, Entry[]>();
  const known = new Map<string, { length: number; expected: Entry[] }>();
  let currentEpoch = '';

  const entries = (epoch: string): Entry[] => logs.get(epoch) ?? [];

  function expected(filter: Filter, epoch: string): readonly Entry[] {
    const name = `${epoch} ${JSON.stringify(filter)}`;
    const all = entries(epoch);
    const before = known.get(name);
    if (before?.length === all.length) return before.expected;
    const wanted = new Set<string>();
    const found = all.filter(({ alert }) => {
      if (isWanted(filter, alert)) wanted.add(alert.id);
      return wanted.has(alert.id);
    });
    known.set(name, { length: all.length, expected: found });
    return found;
  }

  return {
    begin: (epoch) => {
      currentEpoch = epoch;
      if (!logs.has(epoch)) logs.set(epoch, []);
    },
    record: (epoch, entry) => {
      const log = entries(epoch);
      log.push(entry);
      // Appends under way at once may be answered in any order.
      if ((log.at(-2)?.offset ?? 0) > entry.offset) log.sort((a, b) => a.offset - b.offset);
      logs.set(epoch, log);
    },
    get currentEpoch() {
      return currentEpoch;
    },
    epochs: () => [...logs.keys()],
    entries,
    expected,
    standing: (filter, epoch, offset) => {
      const newest = new Map<string, Alert>();
      for (const entry of expected(filter, epoch)) {
        if (entry.offset <= offset) newest.set(entry.alert.id, entry.alert);
      }
      const allowed = [...newest.values()].filter((alert) => alert.change !== 'retraction');
      return { allowed, wanted: allowed.filter((alert) => isWanted(filter, alert)) };
    },
  };
}
