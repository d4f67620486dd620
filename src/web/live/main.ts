import type { Alert } from '../../alerts/schema.ts';
import { browserSurroundings } from './browser.ts';
import { createLiveClient } from './client.ts';
import type { LineFault } from './line-keeper.ts';

export interface LiveClient {
  /** The server's clock, ms since the epoch. Compare `expiresAt` and ages with it. */
  now(): number;
  close(): void;
}

/**
 * Keeps this page on the live line: it reconnects with jitter, resumes by cursor, passes on every version once, sleeps while
 * offline, and shares one connection with the browser's tabs that have the same query.
 * @param options.url of the line, absolute or relative to the page; `/v1/live` by default
 * @param options.query `topics` (ids with commas between), `urgency`, `lang`; empty: everything
 * @param options.onAlert every version once, in the order of the log
 * @param options.onReset gets the current alerts when the gateway could not replay what was missed, and at the start: forget
 *   all other alerts. By default `onAlert` gets those that it has not had
 * @param options.onState gets whether the line is open, when that changes; false at first
 * @param options.onFault gets why the page has no line at all, or which topics of the query the newsroom does not have
 */
export function openLiveClient(options: {
  url?: string | URL;
  query: Readonly<Record<string, string>>;
  onAlert: (alert: Alert) => void;
  onReset?: (current: readonly Alert[]) => void;
  onState: (connected: boolean) => void;
  onFault?: (fault: LineFault) => void;
}): LiveClient {
  const url = new URL(options.url ?? '/v1/live', location.href);
  return createLiveClient({ ...options, url }, browserSurroundings);
}
