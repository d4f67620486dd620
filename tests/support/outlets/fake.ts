import type { OutletType } from '../../../src/outlets/posts/outlet.ts';

/** What readers of a service see. */
export interface Shown {
  readonly text: string;
  readonly lang: string | undefined;
  /** How often its text was changed. */
  readonly edits: number;
  /** The place of the post that it answers to, among all that were ever made. */
  readonly answers: number | undefined;
}

/**
 * How a service behaves at the next calls that post, edit or remove. `lost`: it does what it is asked, and the connection
 * breaks before its answer. `broken`: it has a fault. `busy`: it asks for an hour. `shut`: it takes our credentials no more.
 * `hangs`: it never answers.
 */
export type Mood = 'well' | 'lost' | 'broken' | 'busy' | 'shut' | 'hangs';

/** A service for tests, written from its public documentation. */
export interface FakeService {
  readonly type: OutletType;
  /** As `WEBHOOK_ALLOWED_ORIGINS` must name it. */
  readonly origin: string;
  /** The fields of `POST /v1/outlets` that are the type's own. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: string;
  /** Settings whose secret the service does not know. */
  readonly wrong: Readonly<Record<string, unknown>>;
  mood: Mood;
  /** Calls that wanted to change something so far. */
  readonly calls: () => number;
  /** Posts that stand now, oldest first. */
  shown(): Promise<readonly Shown[]>;
  close(): Promise<void>;
}
