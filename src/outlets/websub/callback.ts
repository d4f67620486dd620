import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { lookupFor } from '../../push/endpoint/public-address.ts';

/** A callback has so long to answer, ms. */
const TIMEOUT_MS = 5000;
/** A challenge is shorter; more than this is none. */
const MOST_ANSWER_BYTES = 256;

export interface Asked {
  readonly status: number;
  /** As much of the answer as a challenge may have. */
  readonly body: string;
}

/** Asks a callback with these parameters in its query. Never follows a redirect. Rejects without an answer. */
export type AskCallback = (callback: string, parameters: Readonly<Record<string, string>>) => Promise<Asked>;

/**
 * @param allowedOrigins may be private
 * @param closing ends what is under way
 */
export function createAskCallback(allowedOrigins: readonly string[], closing: AbortSignal): AskCallback {
  const trusted = new Set(allowedOrigins);
  return (callback, parameters) =>
    new Promise((resolve, reject) => {
      const url = withParameters(callback, parameters);
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
        headers: { Accept: 'text/plain', 'User-Agent': 'Ajil-WebSub/1.0' },
        lookup: lookupFor(url, trusted),
        // A connection of its own: one callback that hangs holds up no other.
        agent: false,
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), closing]),
      });
      request.once('error', reject);
      request.once('response', (response) => {
        let body = Buffer.alloc(0);
        const end = (): void => {
          // The rest may be endless.
          response.destroy();
          resolve({ status: response.statusCode ?? 0, body: body.toString('latin1', 0, MOST_ANSWER_BYTES) });
        };
        response.on('data', (part: Buffer) => {
          body = Buffer.concat([body, part]);
          if (body.length >= MOST_ANSWER_BYTES) end();
        });
        response.once('end', end);
        response.once('error', reject);
      });
      request.end();
    });
}

/** The parameters come after those that the callback has, which stay as they are (WebSub, section 5.3). */
function withParameters(callback: string, parameters: Readonly<Record<string, string>>): URL {
  const url = new URL(callback);
  const added = new URLSearchParams(parameters).toString();
  url.search = url.search === '' ? added : `${url.search}&${added}`;
  url.hash = '';
  return url;
}
