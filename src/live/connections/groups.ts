import type { Connection } from './connection.ts';
import type { GroupSize } from './group-sizes.ts';
import type { LiveFilter } from '../protocol.ts';
import { filterKey } from '../door/query.ts';
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
  sizes(): GroupSize[];
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
    sizes: () => [...groups.values()].map(({ filter, members }) => ({ filter, connections: members.length })),
  };
}
