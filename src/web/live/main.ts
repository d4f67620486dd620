import type { Alert } from '../../alerts/schema.ts';
import { browserSurroundings } from './browser.ts';
import { createLiveClient } from './client.ts';
import type { LineFault } from './line-keeper.ts';

export interface LiveClient {
  /** The server's clock, ms since the epoch: what `expiresAt` and ages are to be held against. */
  now(): number;
  close(): void;
}

/**
 * Keeps this page on the live line: reconnects with jitter, resumes by cursor, hands on every version once, sleeps while
 * offline, and shares one connection among the browser's tabs that ask for the same.
 * @param options.url of the line, absolute or relative to the page; `/v1/live` by default
 * @param options.query `topics` (ids with commas between), `urgency`, `lang`; empty: everything
 * @param options.onAlert every version once, in the order of the log
 * @param options.onReset what is current, when the line could not say what was missed (at the start as well): forget
 *   what is not among these. Without it, `onAlert` gets those of them that it has not had
 * @param options.onState whether the line is there, when that changes; false until then
 * @param options.onFault when no line comes about at all: why; when the newsroom lacks a topic of the query: which
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
