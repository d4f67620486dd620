import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { lookupFor } from '../../push/endpoint/public-address.ts';

/** A receiver has so long to answer, ms. */
const TIMEOUT_MS = 15_000;

export interface Posted {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Posts a body and reads the status; never follows a redirect. Rejects without an answer. */
export type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Posted>;

/**
 * @param allowedOrigins may be private
 * @param closing ends what is under way
 */
export function createPost(
  allowedOrigins: readonly string[],
  closing: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Post {
  const trusted = new Set(allowedOrigins);
  return (url, headers, body) =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(body);
      const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': bytes.length,
          'User-Agent': 'Ajil-Webhooks/1.0',
          ...headers,
        },
        lookup: lookupFor(new URL(url), trusted),
        // A connection of its own: one receiver that hangs holds up no other.
        agent: false,
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing]),
      });
      request.once('error', reject);
      request.once('response', (response) => {
        const { statusCode = 0, headers: answered } = response;
        // What it says is of no use to us, and may be endless.
        response.destroy();
        resolve({ status: statusCode, retryAfter: answered['retry-after'] });
      });
      request.end(bytes);
    });
}
