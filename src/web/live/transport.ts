/** How a line ended, as far as the browser tells. A WebSocket that was refused says nothing but 1006. */
export interface Ending {
  /** WebSocket close code (RFC 6455, section 7.4). */
  readonly code?: number;
  /** HTTP status of a refused event stream. */
  readonly status?: number;
  /** From the refusal's `Retry-After`, ms. */
  readonly retryAfterMs?: number;
  /** What a refusal found wrong with the question (`errors` of its problem details, RFC 9457). */
  readonly errors?: readonly { readonly parameter?: string; readonly detail: string }[];
}

export interface TransportEvents {
  /** One message of the live protocol, JSON. */
  onText(text: string): void;
  /** A sign of life that says nothing: a comment of an event stream. Browsers hide a WebSocket's pings. */
  onBeat(): void;
  /** Once, and not after `close`. */
  onEnd(ending: Ending): void;
}

export interface OpenedLine {
  close(): void;
}

/**
 * Opens one line. What goes wrong later is told by `onEnd`.
 * @param url http or https, with the whole query
 * @throws when the browser refuses the attempt itself
 */
export type Transport = (url: URL, events: TransportEvents) => OpenedLine;
