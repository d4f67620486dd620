import type { LiveFilter } from '../protocol.ts';
import type { Wire } from './wire.ts';

/** What the connections of a group have in common. Those with the same filter and wire have the same key. */
export interface GroupIdentity {
  readonly key: string;
  readonly wire: Wire;
  readonly filter: LiveFilter;
}
