import { createEventStreamParser } from './event-stream-parser.ts';
import type { Ending, OpenLine, LineEvents } from './line.ts';

/**
 * Opens the live line as server-sent events, for networks that block WebSockets. It uses `fetch`, because an EventSource hides
 * the heartbeats, the status of a refusal and its `Retry-After`, and reconnects without jitter.
 */
export const openEventStream: OpenLine = (url, events) => {
  const abort = new AbortController();
  read(url, events, abort.signal).then(
    (ending) => {
      if (!abort.signal.aborted) events.onEnd(ending);
    },
    () => {
      if (!abort.signal.aborted) events.onEnd({});
    },
  );
  return { close: () => abort.abort() };
};

async function read(url: URL, events: LineEvents, signal: AbortSignal): Promise<Ending> {
  const headers = { Accept: 'text/event-stream' };
  const response = await fetch(url, { headers, signal, cache: 'no-store' });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (!response.ok || !isStream || response.body === null) {
    return refusal(response);
  }
  const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parse = createEventStreamParser(events);
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return {};
    if (!signal.aborted) parse(value);
  }
}

/** Our gateway sends `Retry-After` only in seconds (RFC 9110, section 10.2.3). */
async function refusal(response: Response): Promise<Ending> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const wait = seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
  if (response.status !== 400) {
    void response.body?.cancel();
    return { status: response.status, ...wait };
  }
  const problem = (await response.json().catch(() => ({}))) as Pick<Ending, 'errors'>;
  return { status: response.status, ...wait, errors: problem.errors ?? [] };
}
