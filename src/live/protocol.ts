import type { Alert, Urgency } from '../alerts/schema.ts';

/** First message on every connection, always. */
export interface HelloMessage {
  readonly type: 'hello';
  readonly cursor: string;
  /**
   * True: `alerts` are exactly the versions missed since the client's cursor, in log order, without those that a later
   * one of them superseded. False: the current alerts.
   */
  readonly recovered: boolean;
  readonly alerts: readonly Alert[];
  /** The server's clock, RFC 3339, right within some seconds: readers' devices are often wrong by hours. */
  readonly time?: string;
  /** Topics of the query that the newsroom does not have: nothing will come of them. Left out when there are none. */
  readonly unknownTopics?: readonly string[];
}

/** One version, retractions too. */
export interface AlertMessage {
  readonly type: 'alert';
  readonly cursor: string;
  readonly alert: Alert;
}

export type LiveMessage = HelloMessage | AlertMessage;

/** The filter of a connection. No topics: all. `urgency`: the lowest that it receives. No lang: every language. */
export interface LiveFilter {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang: string | undefined;
}

/**
 * WebSocket close codes (RFC 6455, section 7.4) that the gateway uses, and what a client does on each. On any other, 1006
 * too (no close frame came at all): reconnect with backoff and full jitter, resume by cursor. A 503 before the upgrade
 * looks like 1006 to a browser.
 */
export const CLOSE_CODES = {
  /** The gateway restarts, or its log is another than before: reconnect with full jitter, resume by cursor. */
  serviceRestart: 1012,
  /** The gateway is full: reconnect after a longer wait. */
  tryAgainLater: 1013,
  /** The client broke the WebSocket protocol (RFC 6455). Do not reconnect: it is a bug. */
  protocolError: 1002,
  /** The client sent text that is no UTF-8. Do not reconnect: it is a bug. */
  invalidText: 1007,
  /** The client sent something; the protocol has no client messages. Do not reconnect: it is a bug. */
  policyViolation: 1008,
  /** An inbound frame was too large. Do not reconnect: it is a bug. */
  messageTooBig: 1009,
  /** The client read too slowly and was cut: reconnect, resume by cursor. */
  slowConsumer: 4408,
} as const;
