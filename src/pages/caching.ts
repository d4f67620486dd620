import { createHash } from 'node:crypto';
import type { Response } from 'express';

/**
 * For what everybody gets alike: a network of caches in front answers a crowd by itself, and still shows a flash, a correction
 * or a retraction after ten seconds at the latest, a busy one after two.
 */
export const SHARED_CACHING = 'public, max-age=2, stale-while-revalidate=8';

/** What everybody gets alike. */
export interface SharedAnswer {
  readonly body: string;
  readonly etag: string;
  /** RFC 9110, IMF-fixdate; undefined: unknown. */
  readonly lastModified?: string;
}

/** @param changedMs when its newest text became public, ms since the epoch; undefined: there is none */
export function sharedAnswer(body: string, changedMs: number | undefined, nowMs: number): SharedAnswer {
  // Weak: proxies compress what we send (RFC 9110, section 8.8.1).
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  // Within the second of a change there may be another, which this date would hide (RFC 9110, section 8.8.2.2).
  if (changedMs === undefined || nowMs - changedMs < 1000) return { body, etag };
  return { body, etag, lastModified: new Date(changedMs).toUTCString() };
}

/** Express answers HEAD and 304. */
export function sendShared(
  response: Response,
  type: string,
  { body, etag, lastModified }: SharedAnswer,
  caching = SHARED_CACHING,
): void {
  response.set({
    'Cache-Control': caching,
    ETag: etag,
    ...(lastModified === undefined ? {} : { 'Last-Modified': lastModified }),
  });
  response.type(type).send(body);
}

/** When the newest of these texts became public, ms since the epoch; undefined: there is none. */
export function newestMs(
  alerts: readonly { readonly publishedAt: string | null; readonly createdAt: string }[],
): number | undefined {
  const times = alerts.map(({ publishedAt, createdAt }) => Date.parse(publishedAt ?? createdAt));
  return times.length === 0 ? undefined : Math.max(...times);
}
