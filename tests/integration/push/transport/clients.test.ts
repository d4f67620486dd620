import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { TransportOptions } from '../../../../src/push/transport/open-transport.ts';
import { findNginx, startNginx } from '../../../support/nginx.ts';
import { startScriptedServer } from '../../../support/scripted-http2.ts';
import { makeCertificate } from '../../../support/tls.ts';
import { openTestTransport, outcome, pushRequest } from '../../../support/transport.ts';

const certificate = makeCertificate();
const { cert, key } = certificate;
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

async function listen(server: Server | Http2SecureServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.push(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(options: Partial<TransportOptions> = {}) {
  const test = openTestTransport({ ca: certificate.ca, ...options });
  cleanup.push(() => test.transport.close(0));
  return test;
}

const count = (number: number): number[] => Array.from({ length: number }, (_, at) => at);

/** Answers with what it was sent. */
async function echo(
  call: Http2ServerRequest,
  response: Pick<Http2ServerResponse, 'writeHead' | 'end'>,
): Promise<void> {
  let bytes = 0;
  for await (const piece of call) bytes += (piece as Buffer).length;
  const { topic, authorization } = call.headers;
  response.writeHead(201, {
    'x-path': call.url,
    'x-seen': `${topic as string} ${authorization ?? ''} ${bytes}`,
  });
  response.end();
}

describe('against node:http2', () => {
  it('a connection that was opened ahead takes the requests; a second one is not opened', async () => {
    const server = createSecureServer({ cert, key }, (call, response) => void echo(call, response));
    let sessions = 0;
    server.on('session', () => (sessions += 1));
    const origin = await listen(server);
    const { transport, metric } = open();
    transport.preconnect(origin);
    transport.preconnect(origin);
    await expect.poll(() => metric('ajil_push_connections')).toBe(1);
    transport.preconnect(origin);
    const answers = await Promise.all(count(20).map(() => transport.request(pushRequest(origin))));
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(sessions).toBe(1);
  });

  it('nobody is troubled when a connection cannot be opened ahead', async () => {
    const server = createSecureServer({ cert, key });
    const origin = await listen(server);
    await cleanup.pop()?.();
    const { transport, metric } = open();
    transport.preconnect(origin);
    await expect.poll(() => metric('ajil_push_connects_total')).toBe(1);
    transport.preconnect('http://not-https.example');
    expect(await outcome(transport.request(pushRequest(origin)))).toMatchObject({ code: 'connect' });
  });

  it('thousands of requests with changing headers and sizes come through whole', async () => {
    const server = createSecureServer(
      { cert, key, settings: { maxConcurrentStreams: 50 } },
      (call, response) => {
        void echo(call, response);
      },
    );
    const origin = await listen(server);
    const { transport } = open({ requestTimeoutMs: 20_000 });
    const answers = await Promise.all(
      count(3000).map((at) => {
        const headers = { authorization: 'a'.repeat(200 + (at % 3)), topic: `t${at % 40}`, ttl: '60' };
        const body = Buffer.alloc((at * 37) % 4000, 1);
        return transport.request({ origin, path: `/push/${at}`, headers, body });
      }),
    );
    for (const [at, answer] of answers.entries()) {
      const seen = `t${at % 40} ${'a'.repeat(200 + (at % 3))} ${(at * 37) % 4000}`;
      expect(answer).toMatchObject({ status: 201, headers: { 'x-path': `/push/${at}`, 'x-seen': seen } });
    }
  });

  it('every character that a header may hold is decoded as it was sent', async () => {
    const visible = count(256).filter((code) => (code >= 0x21 && code <= 0x7e) || code >= 0x80);
    const values = visible.map((code) => 'a'.repeat(40) + String.fromCharCode(code) + 'b');
    const server = createSecureServer({ cert, key }, (call, response) => {
      call.resume();
      response.writeHead(201, { 'x-char': values[Number(call.url.slice(1))] ?? '' });
      response.end();
    });
    const origin = await listen(server);
    const { transport } = open();
    const answers = await Promise.all(
      values.map((_, at) => transport.request(pushRequest(origin, { path: `/${at}` }))),
    );
    expect(answers.map(({ headers }) => headers['x-char'])).toEqual(values);
  });

  it('a large body passes windows that open step by step', async () => {
    const server = createSecureServer({ cert, key }, (call, response) => void echo(call, response));
    const origin = await listen(server);
    const { transport } = open();
    const body = Buffer.alloc(1_000_000, 1);
    const answers = await Promise.all(count(5).map(() => transport.request(pushRequest(origin, { body }))));
    for (const { headers } of answers) expect(headers['x-seen']).toMatch(/ 1000000$/);
  });

  it('settings that change all the time under load lose and double no request', async () => {
    const seen: string[] = [];
    const changes = [
      { initialWindowSize: 100, headerTableSize: 0 },
      { initialWindowSize: 0, headerTableSize: 4096 },
      { initialWindowSize: 100_000, headerTableSize: 200 },
      { initialWindowSize: 20, maxFrameSize: 100_000, headerTableSize: 65_536 },
    ];
    let changed = 0;
    const server = createSecureServer(
      { cert, key, settings: { initialWindowSize: 20 } },
      (call, response) => {
        seen.push(call.url);
        void echo(call, response);
      },
    );
    // The next a little after one is acknowledged: more would be a flood.
    server.on('session', (session) => {
      const change = (): void => {
        if (!session.destroyed) session.settings(changes[changed++ % 4] ?? {}, () => setTimeout(change, 5));
      };
      change();
    });
    const origin = await listen(server);
    const { transport, metric } = open({ requestTimeoutMs: 20_000 });
    const answers = await Promise.all(
      count(1000).map((at) => {
        const headers = { authorization: `a${at % 5}`.repeat(90), topic: `t${at % 40}`, ttl: '60' };
        return transport.request({ origin, path: `/${at}`, headers, body: Buffer.alloc(600, 1) });
      }),
    );
    for (const [at, { status, headers }] of answers.entries()) {
      expect([status, headers['x-seen']]).toEqual([201, `t${at % 40} ${`a${at % 5}`.repeat(90)} 600`]);
    }
    expect([seen.length, new Set(seen).size]).toEqual([1000, 1000]);
    expect(changed).toBeGreaterThan(8);
    expect(await metric('ajil_push_library_refuges_total')).toBe(0);
  });

  it('servers that end their sessions all the time lose no request', async () => {
    let seen = 0;
    const server = createSecureServer({ cert, key, settings: { maxConcurrentStreams: 20 } });
    server.on('stream', (stream) => {
      seen += 1;
      stream.respond({ ':status': 201 }, { endStream: true });
      if (seen % 50 === 0) stream.session?.close(); // a graceful GOAWAY
    });
    const origin = await listen(server);
    const { transport } = open({ requestTimeoutMs: 20_000 });
    const outcomes = await Promise.all(
      count(1000).map((at) => outcome(transport.request(pushRequest(origin, { path: `/${at}` })))),
    );
    const failed = outcomes.filter((one) => !('status' in one));
    expect(failed).toEqual([]);
    expect(seen).toBe(1000);
  });
});

describe('against HTTP/1.1', () => {
  it('is found out by ALPN, kept alive, and sent with a Content-Length', async () => {
    const seen: (string | undefined)[] = [];
    const sockets = new Set<unknown>();
    const server = createServer({ cert, key }, (call, response) => {
      sockets.add(call.socket);
      seen.push(call.httpVersion, call.headers['content-length'], call.headers['transfer-encoding']);
      call.resume();
      response.writeHead(201, { location: '/m/1', 'x-many': ['a', 'b'] });
      response.end('é'.repeat(5000));
    });
    const origin = await listen(server);
    const { transport, metric } = open();
    for (const _ of count(3)) {
      const answer = await transport.request(pushRequest(origin));
      expect(answer).toMatchObject({ status: 201, headers: { location: '/m/1', 'x-many': 'a, b' } });
      expect(answer.body).toBe('é'.repeat(512));
    }
    expect(seen.slice(0, 3)).toEqual(['1.1', '100', undefined]);
    expect(sockets.size).toBe(1);
    expect(await metric('ajil_push_connects_total')).toBe(1);
    expect(await metric('ajil_push_library_refuges_total')).toBe(0);
  });

  it('is taken for granted where the server does not know ALPN', async () => {
    const protocols: unknown[] = [];
    const server = createServer({ cert, key, ALPNProtocols: [] }, (call, response) => {
      protocols.push((call.socket as TLSSocket).alpnProtocol);
      call.resume();
      response.writeHead(201).end();
    });
    const { transport } = open();
    expect(await transport.request(pushRequest(await listen(server)))).toMatchObject({ status: 201 });
    expect(protocols).toEqual([false]);
  });

  it('a break, a stall and a nonsense answer are told apart', async () => {
    const server = createServer({ cert, key }, (call) => {
      if (call.url === '/break') call.socket.destroy();
      if (call.url === '/nonsense') call.socket.end('HELLO\r\n\r\n');
    });
    const origin = await listen(server);
    const { transport } = open({ requestTimeoutMs: 500 });
    const ask = (path: string) => outcome(transport.request(pushRequest(origin, { path })));
    expect(await ask('/break')).toMatchObject({ code: 'closed', processed: true });
    expect(await ask('/nonsense')).toMatchObject({ code: 'protocol', processed: true });
    expect(await ask('/stall')).toMatchObject({ code: 'timeout', processed: true });
  });

  it('a server that is gone is a failed connection', async () => {
    const server = createServer({ cert, key }, (_call, response) => response.end());
    const origin = await listen(server);
    const { transport } = open();
    const ask = () => outcome(transport.request(pushRequest(origin)));
    expect(await ask()).toMatchObject({ status: 200 });
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    cleanup.shift();
    await expect.poll(ask).toMatchObject({ code: 'connect', processed: false });
  });
});

describe('in the library’s care', () => {
  /** A server that our client and it do not understand each other on the first connection. */
  async function refuge(options: Partial<TransportOptions> = {}) {
    const server = await startScriptedServer(certificate, async (peer, connection) => {
      peer.greet();
      if (connection === 0) {
        await peer.request();
        peer.data(0, 'x');
        return;
      }
      await peer.serve(({ streamId, headers, body }) => {
        if (headers[':path'] === '/stall') return;
        if (headers[':path'] === '/refuse') return peer.reset(streamId, 7);
        if (headers[':path'] === '/deny') peer.headers(streamId, { ':status': '201' }, 4);
        if (headers[':path'] === '/deny') peer.reset(streamId, 7);
        else if (headers[':path'] === '/break') peer.socket.destroy();
        else {
          peer.headers(streamId, { ':status': '201', 'x-bytes': String(body.length) }, 4);
          peer.data(streamId, 'b'.repeat(2000));
        }
      });
    });
    cleanup.push(server.close);
    const { transport } = open({ requestTimeoutMs: 500, ...options });
    const ask = (path: string) => outcome(transport.request(pushRequest(server.origin, { path })));
    expect(await ask('/first')).toMatchObject({ code: 'protocol' });
    return { ask };
  }

  it('answers are the same', async () => {
    const { ask } = await refuge();
    const answer = { status: 201, headers: { 'x-bytes': '100' }, body: 'b'.repeat(1024) };
    expect(await ask('/1')).toEqual(answer);
    expect(await Promise.all([ask('/2'), ask('/3')])).toEqual([answer, answer]);
  });

  it('failures are the same', async () => {
    const { ask } = await refuge();
    expect(await ask('/stall')).toMatchObject({ code: 'timeout', processed: true });
    expect(await ask('/refuse')).toMatchObject({ code: 'refused', processed: false });
    expect(await ask('/deny')).toMatchObject({ code: 'closed', processed: true });
    expect(await ask('/break')).toMatchObject({ code: 'closed', processed: true });
    expect(await ask('/1')).toMatchObject({ status: 201 });
  });
});

describe.skipIf(findNginx() === undefined)('against nginx', () => {
  it.each([
    ['as it is', ''],
    ['with few streams, tiny windows and short connections', 'http2_max_concurrent_streams 8; keepalive_requests 50; http2_body_preread_size 0;'],
    ['over TLS 1.2', 'ssl_protocols TLSv1.2;'],
  ])('2,000 requests are answered: %s', async (_name, server) => {
    const nginx = await startNginx(certificate, { server });
    cleanup.push(nginx.stop);
    const { transport, metric } = open({ requestTimeoutMs: 20_000 });
    const outcomes = await Promise.all(
      count(2000).map((at) => outcome(transport.request(pushRequest(nginx.origin, { path: `/${at}` })))),
    );
    expect(outcomes.filter((one) => !('status' in one && one.status === 201))).toEqual([]);
    expect(await metric('ajil_push_library_refuges_total')).toBe(0);
  }); // prettier-ignore
});
