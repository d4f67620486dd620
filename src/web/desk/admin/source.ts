import type { Urgency } from '../../../alerts/schema.ts';

/** As `GET /v1/sources` gives it. */
export interface Source {
  readonly id: string;
  readonly type: string;
  readonly mode: 'draft' | 'send';
  readonly lang: string;
  readonly topics: Readonly<Record<string, string | null>>;
  readonly urgencies: Readonly<Partial<Record<string, Urgency | null>>>;
}
