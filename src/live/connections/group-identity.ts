import type { LiveFilter } from '../protocol.ts';
import type { Wire } from './wire.ts';

/** The common properties of a group's connections. The same filter and wire give the same key. */
export interface GroupIdentity {
  readonly key: string;
  readonly wire: Wire;
  readonly filter: LiveFilter;
}
