import type { Provider } from './endpoint/endpoint-policy.ts';

/** A browser's push subscription, ready to send to (RFC 8030, RFC 8291). */
export interface PushTarget {
  /** The push resource's URL. */
  readonly endpoint: string;
  /** The user agent's public key: 65 bytes, uncompressed P-256 point. */
  readonly p256dh: Buffer;
  /** The authentication secret: 16 bytes. */
  readonly auth: Buffer;
  /** What was made ahead of this message's encryption (encryption/job.ts), for these keys. Another message needs another. */
  readonly keying?: Buffer | undefined;
}

/** RFC 8030, section 5.3. */
export type PushUrgency = 'very-low' | 'low' | 'normal' | 'high';

/** The bytes of a message. They are written where they are needed, so no message has a buffer of its own. A `Buffer` can be one. */
export interface Payload {
  readonly length: number;
  copy(target: Buffer, targetStart: number): unknown;
}

export interface PushMessage {
  /** Plain text, at most 2,600 bytes. */
  readonly payload: Payload;
  /** Seconds, at least 1. */
  readonly ttl: number;
  readonly urgency: PushUrgency;
  /** RFC 8030 `Topic`: 32 base64url characters. At the push service a later message with the same key replaces this one. */
  readonly collapseKey: string;
}

/** The order of messages: 0 goes first. */
export const RANKS = [0, 1, 2, 3, 4, 5] as const;
export type Rank = (typeof RANKS)[number];

/** What many messages have in common. The caller may change some of it while they wait. */
export interface SendOrder {
  /** Of the messages that wait for a push service, those of a lower rank go first. */
  readonly rank: Rank;
  /** The messages have failed before, so another failure says little about their push service. */
  readonly again?: boolean;
  /**
   * The push service has never accepted a message for these subscriptions. They have separate lanes, from which the other
   * lanes learn nothing.
   */
  readonly unproven?: boolean;
  /** Once it is true, none of the messages starts any more: {@link PushSender.withdraw}. */
  stopped: boolean;
  /**
   * Until this time, on the clock of `performance.now()`, the messages may be written. After it they wait until the caller
   * sets a later time. Undefined means no limit. Thus a process that was frozen, or is cut off from Redis, sends nothing
   * outdated.
   */
  leaseUntil?: number;
  /** How many of the messages wait. The sender keeps it up to date. */
  waiting?: number;
}

/**
 * The result of one attempt. `accepted`, `gone` and `rejected` are final. After `retry` the caller tries again, no earlier
 * than after `afterMs`, until the message expires. `attempted` is false if nothing was sent (circuit open, service
 * saturated or throttled), so that a ledger can tell the difference.
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
  /** Stops an order: waiting messages are answered at once (`stopped`), messages on the wire when their answer comes. */
  withdraw(order: SendOrder): void;
  /** Opens connections to the push services that are used most, if there is none: messages for them are about to come. */
  preconnect(): void;
  /** For how long sending to an origin is useless (circuit open, throttled, no answers, too many waiting that go first), ms. 0 means now. */
  busyMs(origin: string, order: Pick<SendOrder, 'rank' | 'unproven'>): number;
  /** The push services that allow this process only so many messages a minute now. */
  paced(): { readonly service: Provider; readonly perMinute: number }[];
  /** Waits for the answers to messages on the wire (at most `deadlineMs`), then closes every connection. */
  close(deadlineMs?: number): Promise<void>;
}

/** One HTTP exchange with a push service. */
export interface TransportRequest {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  /** Lower-case names, without pseudo-headers and `content-length`. The transport indexes names and values that repeat. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The request is not written once {@link isWithdrawn} is true. */
  readonly order?: Withdrawable;
}

type Withdrawable = Pick<Readonly<SendOrder>, 'stopped' | 'leaseUntil'>;

/** Whether the caller stopped the order, or has not renewed its lease. */
export function isWithdrawn(order: Withdrawable | undefined): boolean {
  if (order === undefined) return false;
  return order.stopped || (order.leaseUntil !== undefined && performance.now() >= order.leaseUntil);
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The first 1,024 bytes at most, as text: enough for a reason. */
  readonly body: string;
}

/**
 * Why a request has no response. `processed` is false only if the server certainly did not act on it (it was never
 * written, GOAWAY below its id, REFUSED_STREAM). Then a second attempt cannot double the message.
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

/** Carries requests to push services over connections that stay open. */
export interface Transport {
  /** @throws {TransportError} and nothing else */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** Opens a connection to an origin that has none, before the first request. A failure is not reported. */
  preconnect(origin: string): void;
  close(deadlineMs?: number): Promise<void>;
}
