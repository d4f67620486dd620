/** A browser's push subscription, ready to send to (RFC 8030, RFC 8291). */
export interface PushTarget {
  /** The push resource's URL. */
  readonly endpoint: string;
  /** The user agent's public key: 65 bytes, uncompressed P-256 point. */
  readonly p256dh: Buffer;
  /** The authentication secret: 16 bytes. */
  readonly auth: Buffer;
}

/** RFC 8030, section 5.3. */
export type PushUrgency = 'very-low' | 'low' | 'normal' | 'high';

export interface PushMessage {
  /** Plain text, at most 2,600 bytes. */
  readonly payload: Buffer;
  /** Seconds, at least 1. */
  readonly ttl: number;
  readonly urgency: PushUrgency;
  /** RFC 8030 `Topic`: 32 base64url characters. A later message with the same key replaces this one at the push service. */
  readonly collapseKey: string;
}

/** 0 goes first. */
export type Rank = 0 | 1 | 2;

/** What many messages have in common, what their caller may change while they wait, and what the sender says of them. */
export interface SendOrder {
  /** Messages of a lower rank go first where several wait for the same push service. */
  readonly rank: Rank;
  /** Its messages have failed before, so another failure says little about their push service. */
  readonly again?: boolean;
  /** Its subscriptions have never been accepted by their push service. They have lanes of their own, and teach the others nothing. */
  readonly unproven?: boolean;
  /** Once true, nothing of it is started any more: {@link PushSender.withdraw}. */
  stopped: boolean;
  /**
   * Until when its messages may be written, on the clock of `performance.now()`. After it they wait for a later time here.
   * Without: there is no limit. A process that was frozen, or that Redis does not reach, thus sends nothing outdated.
   */
  leaseUntil?: number;
  /** How many of its messages wait for their turn. The sender keeps it. */
  waiting?: number;
}

/**
 * What came of one attempt. `accepted`, `gone` and `rejected` are final. `retry` is not: the caller tries again
 * no earlier than `afterMs`, until the message expires. `attempted` is false when nothing was sent at all
 * (circuit open, service saturated or throttled), so that a ledger may keep it apart.
 */
export type PushAnswer =
  | { readonly type: 'accepted'; readonly status: number }
  | { readonly type: 'gone'; readonly status: number }
  | { readonly type: 'rejected'; readonly status: number; readonly reason: string }
  | {
      readonly type: 'retry';
      readonly afterMs: number;
      readonly reason: RetryReason;
      readonly attempted: boolean;
    };

export type RetryReason =
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'connection'
  | 'unauthorized'
  | 'circuit-open'
  | 'saturated'
  | 'stopped'
  | 'closing';

/** Sends one message to one subscription. Never rejects: every failure is an answer. */
export interface PushSender {
  send(target: PushTarget, message: PushMessage, order?: SendOrder): Promise<PushAnswer>;
  /** Nothing of this order is started from now on: what waits is answered at once (`stopped`), what is on the wire as it comes. */
  withdraw(order: SendOrder): void;
  /** Opens connections to the push services that are used most, where there is none now: messages for them are about to come. */
  preconnect(): void;
  /** How long it would be of no use to send to an origin (circuit open, throttled, no answers, too many waiting), ms; 0: go on. */
  busyMs(origin: string, unproven?: boolean): number;
  /** Waits for what is on the wire (at most `deadlineMs`), then closes every session. */
  close(deadlineMs?: number): Promise<void>;
}

/** One HTTP exchange with a push service. */
export interface TransportRequest {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  /** Lower-case names, without pseudo-headers and `content-length`. Names and values that repeat between requests are worth indexing. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Once {@link isWithdrawn} says so, it is not written any more if it has not been yet. */
  readonly order?: Withdrawable;
}

type Withdrawable = Pick<Readonly<SendOrder>, 'stopped' | 'leaseUntil'>;

/** The caller stopped the order, or has not renewed its lease. */
export function isWithdrawn(order: Withdrawable | undefined): boolean {
  if (order === undefined) return false;
  return order.stopped || (order.leaseUntil !== undefined && performance.now() >= order.leaseUntil);
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most the first 1,024 bytes, as text: enough for a reason. */
  readonly body: string;
}

/**
 * Why a request has no response. `processed` is false only if the server is known not to have acted on it
 * (never written, GOAWAY below its id, REFUSED_STREAM): then sending it again cannot double it.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: 'connect' | 'timeout' | 'closed' | 'refused' | 'protocol';
  readonly processed: boolean;
  constructor(code: TransportError['code'], message: string, processed: boolean) {
    super(message);
    this.code = code;
    this.processed = processed;
  }
}

/** Keeps sessions per origin open and multiplexes requests over them. */
export interface Transport {
  /** @throws {TransportError} always of this class */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** Opens a connection to an origin that has none, before there is a request for it. Nobody is told when it fails. */
  preconnect(origin: string): void;
  close(deadlineMs?: number): Promise<void>;
}
