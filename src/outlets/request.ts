import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { lookupFor } from '../push/endpoint/public-address.ts';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As much of it as was asked for. */
  readonly body: Buffer;
}

/** There was no answer. Its message names no address and no secret. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Of Node.js; `TIMEOUT` when the time was up, or we stopped. */
  readonly code: string;
  /** The whole request had left: nobody knows what the server made of it. */
  readonly wasSent: boolean;
  constructor(code: string, wasSent: boolean) {
    super(`no answer (${code})`);
    this.code = code;
    this.wasSent = wasSent;
  }
}

/** @throws {NoAnswer} */
export type Ask = (
  url: URL,
  options: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
) => Promise<Answered>;

/**
 * Calls servers that an admin or a stranger has named: none inside our network, without following a redirect, for a bounded
 * time, and of the answer only the beginning.
 * @param options.allowedOrigins may be private @param options.closing ends what is under way
 */
export function createAsk(options: {
  readonly allowedOrigins: readonly string[];
  readonly closing?: AbortSignal;
  readonly timeoutMs: number;
  readonly mostBytes: number;
}): Ask {
  const trusted = new Set(options.allowedOrigins);
  const { mostBytes, closing } = options;
  return (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const bytes = body === undefined ? undefined : Buffer.from(body);
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
        method,
        headers: { ...(bytes === undefined ? {} : { 'Content-Length': bytes.length }), ...headers },
        lookup: lookupFor(url, trusted),
        // Each call has its own connection: one server that hangs holds up no other.
        agent: false,
        signal: closing === undefined ? timeout : AbortSignal.any([timeout, closing]),
      });
      let wasSent = false;
      const fail = (error: Error & { code?: unknown }): void => {
        const code = error.name === 'AbortError' || error.code === 'ABORT_ERR' ? 'TIMEOUT' : error.code;
        reject(new NoAnswer(typeof code === 'string' ? code : 'UNKNOWN', wasSent));
      };
      request.once('finish', () => (wasSent = true));
      // For good: a request that has ended may fail once more.
      request.on('error', fail);
      request.once('response', (response) => {
        let read = Buffer.alloc(0);
        const end = (): void => {
          // The rest may be endless.
          response.destroy();
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, headers: answered, body: read.subarray(0, mostBytes) });
        };
        response.on('error', fail);
        if (mostBytes === 0) return end();
        response.on('data', (part: Buffer) => {
          read = Buffer.concat([read, part]);
          if (read.length >= mostBytes) end();
        });
        response.once('end', end);
      });
      request.end(bytes);
    });
}
