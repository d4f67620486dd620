/** `flash` wakes everyone, `urgent` is the default of breaking news, `normal` is quiet. */
export type Urgency = 'flash' | 'urgent' | 'normal';

/** One version of an alert, as readers may see it. Times are RFC 3339, UTC. */
export interface Alert {
  readonly id: string;
  readonly version: number;
  readonly change: 'new' | 'update' | 'correction' | 'retraction';
  readonly note: string | null;
  readonly headline: string;
  readonly body: string | null;
  readonly url: string | null;
  readonly image: string | null;
  readonly imageAlt: string | null;
  readonly imageCaption: string | null;
  readonly imageCredit: string | null;
  /** BCP 47. */
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly status: string;
  readonly createdAt: string;
  readonly publishedAt: string | null;
  readonly expiresAt: string;
  readonly sendAt: string | null;
  /** Id of its story. */
  readonly story: string | null;
  readonly silent?: true | undefined;
}

export interface LineFault {
  /** HTTP status of the refusal; undefined: it is not known. */
  readonly status: number | undefined;
  readonly errors: readonly { readonly parameter?: string; readonly detail: string }[];
}

export interface LiveOptions {
  /** Ajil's origin, such as `https://alerts.example`. */
  readonly server: string;
  /** `topics` (ids with commas between), `urgency`, `lang`; empty: everything. */
  readonly query?: Readonly<Record<string, string>>;
  /** Every version once, in the order of the log. */
  readonly onAlert: (alert: Alert) => void;
  /** The current alerts, when what was missed cannot be replayed, and at the start: forget all others. */
  readonly onReset?: (current: readonly Alert[]) => void;
  /** Whether the line is open, when that changes. */
  readonly onState?: (connected: boolean) => void;
  /** Why there is no line at all, or which topics the newsroom does not have. */
  readonly onFault?: (fault: LineFault) => void;
}

/**
 * Keeps a page or a program on the live line: it reconnects with jitter, resumes where it was, and passes on every version
 * once. In Node 20 it uses server-sent events, from Node 22 on a WebSocket.
 */
export function openLiveClient(options: LiveOptions): {
  /** The server's clock, ms since the epoch. Compare `expiresAt` and ages with it. */
  now(): number;
  close(): void;
};

export interface NewAlert {
  readonly headline: string;
  readonly body?: string | null;
  readonly url?: string | null;
  readonly image?: string | null;
  readonly imageAlt?: string | null;
  readonly imageCaption?: string | null;
  readonly imageCredit?: string | null;
  readonly lang: string;
  readonly topics: readonly string[];
  readonly urgency?: Urgency;
  readonly expiresAt?: string | null;
  readonly sendAt?: string | null;
  /** Id of an open story (`GET /v1/stories`). */
  readonly story?: string | null;
  /** Sends an alert of a story to everybody. */
  readonly escalate?: boolean;
  readonly draft?: boolean;
  readonly allowDuplicate?: boolean;
}

export interface Change extends Partial<
  Omit<NewAlert, 'lang' | 'topics' | 'sendAt' | 'story' | 'escalate' | 'draft' | 'allowDuplicate'>
> {
  /** What readers are told about the change. */
  readonly note?: string | null;
  /** Refused with 409 if there is a newer one. */
  readonly baseVersion?: number;
}

export interface SendOptions {
  /** The same for a repetition of the same alert: your article's id and revision. By default a new one for each call. */
  readonly idempotencyKey?: string;
}

/** An alert as editors see it. */
export type SentAlert = Alert & { readonly createdBy: string; readonly approvedBy: string | null };

export interface Report {
  readonly alertId: string;
  readonly version: number;
  readonly status: string;
  readonly audience: number;
  readonly outcomes: Readonly<
    Record<'pending' | 'accepted' | 'gone' | 'rejected' | 'failed' | 'expired' | 'held', number>
  >;
}

/** Every method rejects with an {@link AjilError}. What had no answer is repeated, and takes effect once. */
export interface Sender {
  send(alert: NewAlert, options?: SendOptions): Promise<SentAlert>;
  update(
    id: string,
    change: Change & { readonly silent?: boolean },
    options?: SendOptions,
  ): Promise<SentAlert>;
  correct(id: string, change: Change, options?: SendOptions): Promise<SentAlert>;
  retract(id: string, note?: string, options?: SendOptions): Promise<SentAlert>;
  get(id: string): Promise<SentAlert>;
  report(id: string): Promise<Report>;
}

/** For servers: the key is an editor's, and must never be in a page. */
export function createSender(options: { readonly server: string; readonly key: string }): Sender;

/** The server refused, or could not be reached after several tries (`status` 0). */
export class AjilError extends Error {
  readonly status: number;
  /** The problem's stable name, such as `duplicate-alert`. */
  readonly code: string | undefined;
  readonly errors: readonly {
    readonly pointer?: string;
    readonly parameter?: string;
    readonly detail: string;
  }[];
}
