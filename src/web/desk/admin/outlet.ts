import type { Urgency } from '../../../alerts/schema.ts';

export const OUTLET_TYPES = ['telegram', 'email', 'mastodon', 'bluesky'] as const;
export type OutletType = (typeof OUTLET_TYPES)[number];

/** Why something was not posted: a code, and what the service says itself. */
export interface Because {
  readonly code?: string | null;
  readonly reason: string | null;
  readonly detail?: string | null;
}

/** As `GET /v1/outlets` gives it. The fields after `can` are those of its type. */
export interface Outlet {
  readonly id: string;
  readonly type: OutletType;
  readonly name: string;
  readonly enabled: boolean;
  readonly topics: readonly string[];
  readonly languages: readonly string[];
  readonly leastUrgency: Urgency;
  readonly paused: (Because & { readonly since: string }) | null;
  readonly can: { readonly edit: boolean; readonly remove: boolean };
  readonly chat?: string;
  readonly server?: string;
  readonly visibility?: string;
  readonly account?: string;
  readonly host?: string;
  readonly port?: number;
  readonly security?: string;
  readonly user?: string | null;
  readonly from?: string;
  readonly fromName?: string | null;
  readonly to?: readonly string[];
}

/** Where it posts, in a word. */
export const placeOf = ({ chat, account, server, to }: Outlet): string =>
  chat ?? account ?? (to === undefined ? (server ?? '') : to.join(', '));
