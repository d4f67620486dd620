import type { Connection } from './connection.ts';
import type { GroupIdentity } from './group-identity.ts';
import type { GroupSize } from './group-sizes.ts';
import type { LiveFilter } from '../protocol.ts';
import { filterKey } from '../door/query.ts';
import type { Wire } from './wire.ts';

/** Connections that get the same bytes: the same filter, the same wire. */
export interface Group extends GroupIdentity {
  readonly members: Connection[];
}

/** All open connections of a process, by group. */
export interface Groups {
  /** The group of a wire and a filter in canonical form. It is kept while it has members. */
  of(wire: Wire, filter: LiveFilter): GroupIdentity;
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
      return groups.get(key) ?? { key, wire, filter };
    },
    join: (connection) => {
      const { key } = connection.group;
      const group = groups.get(key) ?? { ...connection.group, members: [] };
      groups.set(key, group);
      connection.memberIndex = group.members.push(connection) - 1;
    },
    // The last member takes the index of the member that parts. A loop through the members from the end to the start therefore meets
    // each member that stays; some twice.
    part: ({ group: { key }, memberIndex }) => {
      const members = groups.get(key)?.members ?? [];
      const last = members.pop();
      // Otherwise the last member is the one that parts.
      if (last !== undefined && memberIndex < members.length) {
        members[memberIndex] = last;
        last.memberIndex = memberIndex;
      }
      if (members.length === 0) groups.delete(key);
    },
    all: () => [...groups.values()],
    sizes: () => [...groups.values()].map(({ filter, members }) => ({ filter, connections: members.length })),
  };
}
