import type { Recent } from '../../delivery/report/schema.ts';
import type { Actor } from '../../alerts/life-cycle.ts';
import type { EditorAlert, Urgency } from '../../alerts/schema.ts';

// The API's answers, as far as the desk reads them.

export interface DeskSession {
  readonly editor: {
    readonly id: string;
    readonly name: string;
    readonly role: Exclude<Actor, 'system'>['role'];
  };
  readonly csrfToken: string;
  readonly expiresAt: string;
}

export interface DeskConfig {
  readonly publicUrl: string;
  readonly topics: readonly { readonly id: string; readonly names: Readonly<Record<string, string>> }[];
  readonly languages: readonly string[];
  readonly urgencies: readonly Urgency[];
  readonly pushMessageLimitBytes: number;
  /** Null: links may lead anywhere. */
  readonly linkSites: readonly string[] | null;
  /** So long the server holds what is sent with `undoable`; 0: not at all. */
  readonly undoSeconds: number;
  /** Nothing that is sent here reaches readers. */
  readonly drill: boolean;
}

export interface Estimate {
  readonly subscriptions: number;
  readonly connections: number;
  /** A follow-up: it goes to those who follow its story alone. */
  readonly followersOnly: boolean;
  /** What these readers had lately; undefined: not known. */
  readonly recent?: Recent | undefined;
}

/** Every editor's name by id, also of those who were revoked. */
export interface EditorNames {
  readonly names: Readonly<Record<string, string>>;
}

export interface AlertPage {
  readonly alerts: readonly EditorAlert[];
  readonly next: string | null;
}

/** What an editor should look at before sending (`POST /v1/checks`). */
export type Warning =
  | { readonly check: 'similar'; readonly alertId: string }
  | { readonly check: 'second-person' | 'phrase'; readonly phrase: string }
  | { readonly check: 'capitals' | 'language' }
  | { readonly check: 'link'; readonly reason: string }
  | { readonly check: 'elsewhere'; readonly url: string }
  | { readonly check: 'numbers'; readonly numbers: readonly string[] };

/** RFC 9457. `code` is the last part of its `type`. */
export interface ProblemDetails {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly {
    readonly pointer?: string;
    /** Of a query or a path. */
    readonly parameter?: string;
    readonly detail: string;
    readonly bytes?: number;
    readonly limit?: number;
  }[];
  /** Id of the alert that this one repeats. */
  readonly alertId?: string;
  /** What it has in common with that. */
  readonly shares?: 'headline' | 'article';
  /** The alert's newest version, of a `version-conflict`. */
  readonly version?: number;
  readonly retryAfterSeconds?: number;
}
