import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { TransportError } from '../types.ts';
import { KEPT_BODY_BYTES, type Exchange } from './exchange.ts';
import { MIN_TLS_VERSION, bareHost, type TlsOptions } from './tls-connect.ts';

/** Another client for the same exchanges. */
export interface ExchangeClient {
  /** Settles the exchange, at the latest at its deadline. */
  send(exchange: Exchange): void;
  /** Exchanges that are not settled. */
  readonly pending: number;
  /** Ends all connections at once. */
  destroy(): void;
}

export interface Http1Deps {
  readonly origin: URL;
  readonly tls: TlsOptions;
  readonly now: () => number;
  readonly idleTimeoutMs: number;
  readonly maxSockets: number;
  readonly maxWaiting: number;
}

/** HTTP/1.1 over kept-alive connections, with a Content-Length, never chunked. */
export function createHttp1Client(deps: Http1Deps): ExchangeClient {
  const { origin, tls, now, maxSockets, maxWaiting } = deps;
  const agent = new Agent({
    keepAlive: true,
    maxSockets,
    timeout: deps.idleTimeoutMs,
    ALPNProtocols: ['http/1.1'],
    minVersion: MIN_TLS_VERSION,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.lookup === undefined ? {} : { lookup: tls.lookup }),
  });
  let pending = 0;

  function send(exchange: Exchange): void {
    if (pending >= maxSockets + maxWaiting) {
      exchange.reject(new TransportError('refused', 'too many requests wait for this push service', false));
      return;
    }
    pending += 1;
    const { path, headers, body } = exchange.request;
    let connected = false;
    const call = request({
      agent,
      method: 'POST',
      host: bareHost(origin),
      port: origin.port === '' ? 443 : Number(origin.port),
      path,
      headers: { ...headers, 'content-length': body.length },
    });
    const fail = (code: TransportError['code'], message: string): void => {
      exchange.reject(new TransportError(code, message, connected));
      call.destroy();
    };
    const total = setTimeout(() => fail('timeout', 'no answer in time'), exchange.deadline - now());
    let connecting: NodeJS.Timeout | undefined;
    call.on('socket', (socket) => {
      // A socket that was used before is connected already.
      if (call.reusedSocket) connected = true;
      else {
        connecting = setTimeout(() => fail('connect', 'no TLS in time'), tls.connectTimeoutMs);
        (socket as TLSSocket).once('secureConnect', () => {
          connected = true;
          clearTimeout(connecting);
        });
      }
    });
    call.on('response', (response) => readAnswer(exchange, response));
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (!connected) return fail('connect', `cannot connect to ${origin.origin}: ${error.code ?? ''}`);
      return fail(
        error.code?.startsWith('HPE_') === true ? 'protocol' : 'closed',
        error.code ?? 'the connection broke',
      );
    });
    call.once('close', () => {
      clearTimeout(total);
      clearTimeout(connecting);
      pending -= 1;
      exchange.reject(new TransportError('closed', 'the connection was closed', connected));
    });
    call.end(body);
  }

  return {
    send,
    get pending() {
      return pending;
    },
    destroy: () => agent.destroy(),
  };
}

function readAnswer(exchange: Exchange, response: IncomingMessage): void {
  const pieces: Buffer[] = [];
  let kept = 0;
  response.on('data', (piece: Buffer) => {
    if (kept >= KEPT_BODY_BYTES) return;
    pieces.push(piece.subarray(0, KEPT_BODY_BYTES - kept));
    kept += piece.length;
  });
  response.on('error', () => {}); // the request's `close` follows and says so
  response.on('end', () => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headersDistinct))
      headers[name] = value?.join(', ') ?? '';
    exchange.resolve({
      status: response.statusCode ?? 0,
      headers,
      body: Buffer.concat(pieces).toString('utf8'),
    });
  });
}
