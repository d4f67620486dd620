import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isWithdrawn, TransportError } from '../types.ts';
import { DeadlineTimer } from './deadline-timer.ts';
import { ExchangeQueue } from './exchange-queue.ts';
import { KEPT_BODY_BYTES, MAX_ANSWER_BYTES, MAX_INTERIM_ANSWERS, type Exchange } from './exchange.ts';
import { MIN_TLS_VERSION, bareHost, type TlsOptions } from './tls-connect.ts';

/** A client to which the exchanges of an origin can move. */
export interface ExchangeClient {
  /** Settles the exchange, at the latest at its deadline. */
  send(exchange: Exchange): void;
  /** No exchange is in flight or waits. */
  readonly idle: boolean;
  /** Ends all connections immediately, and rejects open and waiting requests. */
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

type Fail = (code: TransportError['code'], message: string) => void;

/** HTTP/1.1 over kept-alive connections. Bodies have a Content-Length and are never chunked. */
export function createHttp1Client(deps: Http1Deps): ExchangeClient {
  const { origin, tls, now, maxSockets, maxWaiting } = deps;
  // No `maxSockets`, because the agent would send its waiting requests even after an abort, or after it was destroyed.
  const agent = new Agent({
    keepAlive: true,
    timeout: deps.idleTimeoutMs,
    ALPNProtocols: ['http/1.1'],
    minVersion: MIN_TLS_VERSION,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.lookup === undefined ? {} : { lookup: tls.lookup }),
  });
  /** Exchanges that wait for a socket. */
  const waiting = new ExchangeQueue();
  /** Exchanges that have a socket or are getting one. */
  const active = new Map<Exchange, Fail>();
  /** Sockets whose handshake is done: they write what they are given. */
  const secured = new WeakSet<object>();
  const deadlines = new DeadlineTimer(now, (time) => {
    let next = waiting.expire(time);
    for (const [exchange, fail] of active) {
      if (exchange.deadline > time) next = Math.min(next, exchange.deadline);
      else fail('timeout', 'no answer in time');
    }
    return next;
  });

  function send(exchange: Exchange): void {
    if (waiting.length >= maxWaiting) {
      exchange.reject(new TransportError('refused', 'too many requests wait for this push service', false));
      return;
    }
    waiting.push(exchange);
    deadlines.arm(exchange.deadline);
    advance();
  }

  function advance(): void {
    while (active.size < maxSockets) {
      const next = waiting.peek();
      if (next === undefined) return;
      waiting.shift();
      begin(next);
    }
  }

  function begin(exchange: Exchange): void {
    const { path, headers, body, order } = exchange.request;
    let connected = false;
    const call = request({
      agent,
      method: 'POST',
      host: bareHost(origin),
      port: origin.port === '' ? 443 : Number(origin.port),
      path,
      headers: { ...headers, 'content-length': body.length },
    });
    const fail: Fail = (code, message) => {
      exchange.reject(new TransportError(code, message, connected));
      call.destroy();
    };
    active.set(exchange, fail);
    let connecting: NodeJS.Timeout | undefined;
    call.once('socket', (socket) => {
      connected = secured.has(socket);
      if (connected) return;
      connecting = setTimeout(() => fail('connect', 'no TLS in time'), tls.connectTimeoutMs);
      socket.once('secureConnect', () => {
        clearTimeout(connecting);
        secured.add(socket);
        // The socket held the request until now, and writes it next.
        if (isWithdrawn(order)) fail('refused', 'not wanted any more');
        else connected = true;
      });
    });
    call.on('information', () => {
      exchange.interimAnswers += 1;
      if (exchange.interimAnswers > MAX_INTERIM_ANSWERS) fail('protocol', 'too many interim answers');
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
      clearTimeout(connecting);
      exchange.reject(new TransportError('closed', 'the connection was closed', connected));
      active.delete(exchange);
      setImmediate(advance); // by then the agent has its socket back
    });
    call.end(body);
  }

  return {
    send,
    get idle() {
      return active.size === 0 && waiting.peek() === undefined;
    },
    destroy() {
      deadlines.clear();
      waiting.rejectAll(new TransportError('closed', 'the transport was closed', false));
      for (const fail of active.values()) fail('closed', 'the transport was closed');
      agent.destroy();
    },
  };
}

function readAnswer(exchange: Exchange, response: IncomingMessage): void {
  const pieces: Buffer[] = [];
  let received = 0;
  response.on('data', (piece: Buffer) => {
    if (received < KEPT_BODY_BYTES) pieces.push(piece.subarray(0, KEPT_BODY_BYTES - received));
    received += piece.length;
    if (received <= MAX_ANSWER_BYTES) return;
    resolve(); // the status is enough
    response.destroy();
  });
  response.on('error', () => {}); // the request's `close` follows and reports it
  response.on('end', resolve);
  function resolve(): void {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headersDistinct))
      headers[name] = value?.join(', ') ?? '';
    exchange.resolve({
      status: response.statusCode ?? 0,
      headers,
      body: Buffer.concat(pieces).toString('utf8'),
    });
  }
}
