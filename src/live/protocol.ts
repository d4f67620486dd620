import type { Alert, Urgency } from '../alerts/schema.ts';

/** First message on every connection, always. */
export interface HelloMessage {
  readonly type: 'hello';
  readonly cursor: string;
  /**
   * True: `alerts` are exactly the versions that the client missed since its cursor, in log order, without versions that a
   * later one among them superseded. False: `alerts` are the current alerts.
   */
  readonly recovered: boolean;
  readonly alerts: readonly Alert[];
  /** The server's clock, RFC 3339, exact to some seconds: readers' devices are often wrong by hours. */
  readonly time?: string;
  /** Topics of the query that the newsroom does not have; no alert will have them. Left out when there are none. */
  readonly unknownTopics?: readonly string[];
}

/** One version. Retractions are versions too. */
export interface AlertMessage {
  readonly type: 'alert';
  readonly cursor: string;
  readonly alert: Alert;
}

export type LiveMessage = HelloMessage | AlertMessage;

/** The filter of a connection. No topics: all topics. `urgency`: the lowest urgency that it receives. No lang: every language. */
export interface LiveFilter {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang: string | undefined;
}

/**
 * WebSocket close codes (RFC 6455, section 7.4) of the gateway, and what a client does on each. On any other code, and on 1006
 * (there was no close frame), a client reconnects with backoff and full jitter, and resumes by cursor. To a browser, a 503
 * before the upgrade looks like 1006.
 */
export const CLOSE_CODES = {
  /** The gateway restarts, or its log was replaced: reconnect with full jitter, resume by cursor. */
  serviceRestart: 1012,
  /** The gateway is full: reconnect after a longer wait. */
  tryAgainLater: 1013,
  /** The client broke the WebSocket protocol (RFC 6455). Do not reconnect: it is a bug. */
  protocolError: 1002,
  /** The client sent text that is no UTF-8. Do not reconnect: it is a bug. */
  invalidText: 1007,
  /** The client sent a message; the protocol has no client messages. Do not reconnect: it is a bug. */
  policyViolation: 1008,
  /** The client sent a message that is too large. Do not reconnect: it is a bug. */
  messageTooBig: 1009,
  /** The client read too slowly: reconnect, resume by cursor. */
  slowConsumer: 4408,
} as const;
