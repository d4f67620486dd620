/** How a line ended, as far as the browser reports it. A refused WebSocket has only the code 1006. */
export interface Ending {
  /** WebSocket close code (RFC 6455, section 7.4). */
  readonly code?: number;
  /** HTTP status of a refused event stream. */
  readonly status?: number;
  /** From the refusal's `Retry-After`, ms. */
  readonly retryAfterMs?: number;
  /** The faults of the query (`errors` of the refusal's problem details, RFC 9457). */
  readonly errors?: readonly { readonly parameter?: string; readonly detail: string }[];
}

export interface LineEvents {
  /** One message of the live protocol, JSON. */
  onText(text: string): void;
  /** A sign of life without content: a comment of an event stream. Browsers hide a WebSocket's pings. */
  onBeat(): void;
  /** Called once, and not after `close`. */
  onEnd(ending: Ending): void;
}

export interface OpenedLine {
  close(): void;
}

/**
 * Opens one line. `onEnd` reports later faults.
 * @param url http or https, with the whole query
 * @throws when the browser refuses the attempt itself
 */
export type OpenLine = (url: URL, events: LineEvents) => OpenedLine;
