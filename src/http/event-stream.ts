import type { Response } from 'express';
import { Problem } from './problem.ts';

/** Answers of server-sent events (WHATWG HTML, section 9.2). */
export const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // A proxy that compresses would hold the events back (RFC 9111, section 5.2.2.6).
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** How many streams are open, in all and for one editor. */
export interface StreamBounds {
  /** Runs a stream within the bounds. @throws {Problem} 503 when there are too many */
  within(editorId: string, run: () => Promise<void>): Promise<void>;
}

/** @param perEditor an editor may have tabs on several machines @param instead what a client may do instead */
export function createStreamBounds(most: number, perEditor: number, instead: string): StreamBounds {
  let streams = 0;
  const streamsOf = new Map<string, number>();
  return {
    within: async (editorId, run) => {
      const own = streamsOf.get(editorId) ?? 0;
      if (streams >= most || own >= perEditor) {
        throw new Problem('unavailable', `Too many streams are open; ${instead}.`, {
          headers: { 'Retry-After': '30' },
        });
      }
      streams += 1;
      streamsOf.set(editorId, own + 1);
      try {
        await run();
      } finally {
        streams -= 1;
        const left = (streamsOf.get(editorId) ?? 1) - 1;
        if (left === 0) streamsOf.delete(editorId);
        else streamsOf.set(editorId, left);
      }
    },
  };
}

/** Waits; false as soon as the client has left or the server closes. */
export function pause(ms: number, response: Response, closing: AbortSignal): Promise<boolean> {
  if (response.closed || closing.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (goOn: boolean): void => {
      clearTimeout(timer);
      response.off('close', onEnd);
      closing.removeEventListener('abort', onEnd);
      resolve(goOn);
    };
    const onEnd = (): void => end(false);
    const timer = setTimeout(() => end(true), ms);
    response.once('close', onEnd);
    closing.addEventListener('abort', onEnd);
  });
}
