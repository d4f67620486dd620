import type { Connection } from './connection.ts';
import type { LiveFilter } from './protocol.ts';
import { filterKey, wants } from './query.ts';
import type { Wire } from './wire.ts';

/** Connections that get the same bytes: the same filter, the same wire. */
export interface Group {
  readonly key: string;
  readonly wire: Wire;
  readonly filter: LiveFilter;
  readonly members: Connection[];
}

/** All open connections of a process, by group. */
export interface Groups {
  /** The group of a wire and a filter in canonical form. It is kept once somebody has joined. */
  of(wire: Wire, filter: LiveFilter): Group;
  join(connection: Connection): void;
  part(connection: Connection): void;
  all(): Group[];
  /** Connections that an alert with these topics, urgency and language would go to. No language: whatever they want. */
  count(alert: LiveFilter): number;
}

export function createGroups(): Groups {
  const groups = new Map<string, Group>();
  return {
    of: (wire, filter) => {
      const key = `${wire.name} ${filterKey(filter)}`;
      return groups.get(key) ?? { key, wire, filter, members: [] };
    },
    join: (connection) => {
      const { group } = connection;
      groups.set(group.key, group);
      connection.place = group.members.push(connection) - 1;
    },
    // The last takes the place that is left. Who goes through the members from the end to the start therefore meets
    // each one that stays; some twice.
    part: (connection) => {
      const { group, place } = connection;
      const last = group.members.pop();
      if (last !== undefined && last !== connection) {
        group.members[place] = last;
        last.place = place;
      }
      if (group.members.length === 0) groups.delete(group.key);
    },
    all: () => [...groups.values()],
    count: ({ topics, urgency, lang }) => {
      let count = 0;
      for (const { filter, members } of groups.values()) {
        const facets = { topics: [...topics], urgency, lang: lang ?? filter.lang ?? 'und' };
        if (wants(filter, facets)) count += members.length;
      }
      return count;
    },
  };
}
