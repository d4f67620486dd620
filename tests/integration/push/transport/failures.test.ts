import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { ExchangeQueue } from '../../../../src/push/transport/exchange-queue.ts';
import { Exchange } from '../../../../src/push/transport/exchange.ts';
import { FLAG, FRAME } from '../../../../src/push/transport/frames.ts';
import { Http2Connection } from '../../../../src/push/transport/http2-connection.ts';
import { Http2Pool } from '../../../../src/push/transport/http2-pool.ts';
import type { TransportOptions } from '../../../../src/push/transport/open-transport.ts';
import { createTlsConnector } from '../../../../src/push/transport/tls-connect.ts';
import { createTransportMetrics } from '../../../../src/push/transport/transport-metrics.ts';
import {
  frame,
  literals,
  settingsPayload,
  startScriptedServer,
  uint32,
  type Peer,
} from '../../../support/scripted-http2.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { makeCertificate } from '../../../support/tls.ts';
import { openTestTransport, outcome, pushRequest } from '../../../support/transport.ts';

const certificate = makeCertificate();
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

async function setUp(
  script: (peer: Peer, connection: number) => Promise<unknown> | void,
  options: Partial<TransportOptions> = {},
) {
  const server = await startScriptedServer(certificate, script);
  cleanup.push(server.close);
  const test = openTestTransport({ ca: certificate.ca, ...options });
  cleanup.push(() => test.transport.close(0));
  const ask = (path = '/1') => outcome(test.transport.request(pushRequest(server.origin, { path })));
  const askMany = (count: number) => Promise.all(Array.from({ length: count }, (_, at) => ask(`/${at}`)));
  return { server, ask, askMany, ...test };
}

const ok = { status: 201 };
const RETURNED = 'ajil_push_requests_returned_total';
const REFUGES = 'ajil_push_library_refuges_total';

/** The first connection is for our client and follows the script; the library's come after and are served well. */
function thenServe(script: (peer: Peer) => Promise<unknown>) {
  return async (peer: Peer, connection: number): Promise<void> => {
    if (connection === 0) {
      await script(peer);
      return;
    }
    peer.greet();
    await peer.serve();
  };
}

const messageOf = (one: object): string => ('message' in one ? String(one.message) : '');

describe('what the server did not act on', () => {
  it('GOAWAY: requests above its last stream go to a new connection, those below are answered', async () => {
    const { askMany, server, metric } = await setUp(async (peer, connection) => {
      peer.greet();
      if (connection > 0) await peer.serve();
      const ids = [];
      while (ids.length < 4) ids.push((await peer.request()).streamId);
      peer.goaway(3);
      await peer.roundTrip();
      for (const streamId of [1, 3]) peer.answer(streamId, 200);
    });
    const answers = await askMany(4);
    expect(answers).toMatchObject([{ status: 200 }, { status: 200 }, ok, ok]);
    expect(await metric(RETURNED)).toBe(2);
    expect(await metric(REFUGES)).toBe(0);
    expect(server.peers).toHaveLength(2);
    expect(server.peers[1]?.count(FRAME.headers)).toBe(2);
  });

  it('GOAWAY in two steps: nothing is returned by the first, and nothing new is sent', async () => {
    const { ask, server } = await setUp(async (peer, connection) => {
      peer.greet();
      if (connection > 0) await peer.serve();
      const { streamId } = await peer.request();
      peer.goaway(0x7fff_ffff);
      await peer.roundTrip();
      peer.goaway(streamId);
      peer.answer(streamId, 200);
    });
    expect(await ask('/1')).toMatchObject({ status: 200 });
    expect(await ask('/2')).toMatchObject(ok);
    expect(server.peers).toHaveLength(2);
    await expect.poll(() => server.peers[0]?.socket.destroyed).toBe(true);
  });

  it('REFUSED_STREAM is sent again', async () => {
    const { ask, server } = await setUp(async (peer) => {
      peer.greet();
      peer.reset((await peer.request()).streamId, 7);
      await peer.serve();
    });
    expect(await ask()).toMatchObject(ok);
    expect(server.peers).toHaveLength(1);
  });

  it('is told to the caller when a server keeps refusing', async () => {
    const { ask, server } = await setUp(async (peer) => {
      peer.greet();
      await peer.serve(({ streamId }) => peer.reset(streamId, 7));
    });
    expect(await ask()).toMatchObject({ code: 'refused', processed: false });
    expect(server.peers[0]?.count(FRAME.headers)).toBe(4);
  });

  it('stream identifiers that run out: a new connection takes over', async () => {
    const { server } = await setUp(async (peer) => {
      peer.greet();
      await peer.serve();
    });
    const tls = { ca: certificate.ca, connectTimeoutMs: 2000 };
    const connection = await createTlsConnector(new URL(server.origin), tls)(new AbortController().signal);
    const queue = new ExchangeQueue();
    const options = { authority: 'localhost', now: () => 0, idleTimeoutMs: 1000, pingEveryMs: 1000 };
    const last = 0x7fff_ffff;
    const closed = new Promise<void>((resolve) => {
      const client = new Http2Connection(connection, { ...options, firstStreamId: last - 2 }, {
        onReady: () => setImmediate(() => client.pump(queue)),
        onReturned: () => {},
        onFault: () => {},
        onClosed: () => resolve(),
      }); // prettier-ignore
      client.start();
    });
    const exchanges = [1, 2, 3].map(() => new Exchange(pushRequest(server.origin), 500, 1000, () => {}));
    for (const exchange of exchanges) queue.push(exchange);
    await closed;
    expect(exchanges.map(({ streamId }) => streamId)).toEqual([last - 2, last, 0]);
    expect(exchanges.map(({ settled }) => settled)).toEqual([true, true, false]);
  });
});

describe('what the server may have acted on', () => {
  it.each([
    ['closes the connection', (peer: Peer) => peer.socket.end()],
    ['breaks the connection', (peer: Peer) => peer.socket.destroy()],
    ['goes away and closes', (peer: Peer) => (peer.goaway(1, 2), peer.socket.end())],
  ])('is not sent again when it %s', async (_name, end) => {
    const { ask, server } = await setUp(async (peer, connection) => {
      peer.greet();
      if (connection > 0) await peer.serve();
      await peer.request();
      end(peer);
    });
    expect(await ask()).toMatchObject({ code: 'closed', processed: true });
    expect(await ask()).toMatchObject(ok);
    expect(server.peers).toHaveLength(2);
  });

  it.each([[2], [8], [11]])('is not sent again after RST_STREAM with code %i', async (code) => {
    const { ask, metric } = await setUp(async (peer) => {
      peer.greet();
      peer.reset((await peer.request()).streamId, code);
      await peer.serve();
    });
    expect(await ask()).toMatchObject({ code: 'refused', processed: true });
    expect(await ask()).toMatchObject(ok);
    expect(await metric(REFUGES)).toBe(0);
  });

  it.each<[string, (peer: Peer, streamId: number) => void]>([
    ['REFUSED_STREAM', (peer, streamId) => peer.reset(streamId, 7)],
    ['GOAWAY', (peer) => peer.goaway(0)],
  ])('is not sent again when %s contradicts an answer that has begun', async (_name, deny) => {
    const { ask, server, metric } = await setUp(async (peer, connection) => {
      peer.greet();
      if (connection > 0) await peer.serve();
      const { streamId } = await peer.request();
      peer.headers(streamId, { ':status': '201' }, FLAG.endHeaders);
      deny(peer, streamId);
    });
    expect(await ask()).toMatchObject({ code: 'refused', processed: true });
    expect(await metric(RETURNED)).toBe(0);
    expect(server.peers).toHaveLength(1);
  });

  it('a window that stays shut: the request ends at its deadline', async () => {
    const { ask, server } = await setUp((peer) => peer.greet([4, 0]), { requestTimeoutMs: 300 });
    expect(await ask()).toMatchObject({ code: 'timeout', processed: true });
    await expect.poll(() => server.peers[0]?.count(FRAME.rstStream)).toBe(1);
  });

  it('an answer that trickles ends at the deadline of its request', async () => {
    const { ask, server } = await setUp(
      async (peer) => {
        peer.greet();
        const { streamId } = await peer.request();
        peer.headers(streamId, { ':status': '201' }, FLAG.endHeaders);
        while (peer.count(FRAME.rstStream) === 0) {
          peer.data(streamId, 'x', 0);
          await peer.roundTrip();
        }
        await peer.serve();
      },
      { requestTimeoutMs: 300, pingEveryMs: 60_000 },
    );
    expect(await ask()).toMatchObject({ code: 'timeout', processed: true });
    expect(server.peers).toHaveLength(1);
  });

  it('a stalled request is reset with CANCEL; a silent server gets no more until it speaks', async () => {
    const { ask, server } = await setUp(
      async (peer, connection) => {
        peer.greet();
        if (connection > 0) await peer.serve();
        await peer.request();
        expect((await peer.take(FRAME.rstStream)).payload).toEqual(uint32(8));
      },
      { requestTimeoutMs: 300 },
    );
    expect(await ask('/1')).toMatchObject({ code: 'timeout', processed: true });
    // The connection is suspect: the next request takes another one, and the first is asked by PING.
    expect(await ask('/2')).toMatchObject(ok);
    expect(server.peers).toHaveLength(2);
    expect(server.peers[0]?.count(FRAME.ping)).toBe(1);
  });

  it('a server that answers no PING is given up', async () => {
    const { ask, server } = await setUp(
      async (peer, connection) => {
        peer.greet();
        if (connection > 0) await peer.serve();
        await peer.request();
      },
      { pingEveryMs: 100, requestTimeoutMs: 5000 },
    );
    expect(await ask('/1')).toMatchObject({ code: 'closed', processed: true });
    expect(server.peers[0]?.count(FRAME.ping)).toBe(1);
  });
});

describe('a protocol error', () => {
  const block = literals({ ':status': '201' });
  const faults: [string, (peer: Peer) => void][] = [
    ['DATA on stream 0', (peer) => peer.data(0, 'x')],
    ['HEADERS on a stream that nobody opened', (peer) => peer.answer(99)],
    ['HEADERS on a stream of its own', (peer) => peer.answer(2)],
    ['a PUSH_PROMISE', (peer) => peer.send(FRAME.pushPromise, 4, 1, Buffer.concat([uint32(2), block]))],
    ['a frame too large', (peer) => peer.socket.write(Buffer.from([0, 64, 1, 0, 0, 0, 0, 0, 1]))],
    ['a header block that does not decode', (peer) => peer.send(FRAME.headers, 5, 1, Buffer.from([0xff]))],
    ['a header block that is interrupted', (peer) => (peer.send(FRAME.headers, 0, 1, block), peer.data(1, ''))],
    ['a CONTINUATION of nothing', (peer) => peer.send(FRAME.continuation, 4, 1, block)],
    ['padding that is longer than its frame', (peer) => peer.send(FRAME.data, 8, 1, Buffer.from([9, 0]))],
    ['SETTINGS of a wrong length', (peer) => peer.send(FRAME.settings, 0, 0, Buffer.alloc(5))],
    ['SETTINGS on a stream', (peer) => peer.send(FRAME.settings, 0, 1, settingsPayload([[3, 1]]))],
    ['SETTINGS with a frame size too large', (peer) => peer.send(FRAME.settings, 0, 0, settingsPayload([[5, 0x100_0000]]))],
    ['SETTINGS with a window too large', (peer) => peer.send(FRAME.settings, 0, 0, settingsPayload([[4, 0x8000_0000]]))],
    ['SETTINGS that push an open window beyond its bound', (peer) => (
      peer.send(FRAME.windowUpdate, 0, 1, uint32(0x7fff_0000)), peer.send(FRAME.settings, 0, 0, settingsPayload([[4, 70_000]]))
    )],
    ['SETTINGS with a wrong frame size', (peer) => peer.send(FRAME.settings, 0, 0, settingsPayload([[5, 1]]))],
    ['SETTINGS that allow push', (peer) => peer.send(FRAME.settings, 0, 0, settingsPayload([[2, 1]]))],
    ['a window beyond its bound', (peer) => peer.send(FRAME.windowUpdate, 0, 0, uint32(0x7fff_ffff))],
    ['a WINDOW_UPDATE of nothing', (peer) => peer.send(FRAME.windowUpdate, 0, 0, uint32(0))],
    ['a PING of a wrong length', (peer) => peer.send(FRAME.ping, 0, 0, Buffer.alloc(7))],
    ['a GOAWAY that takes back another', (peer) => (peer.goaway(1), peer.goaway(3))],
    ['a GOAWAY with PROTOCOL_ERROR', (peer) => (peer.goaway(1, 1), peer.socket.end())],
    ['an answer without status', (peer) => peer.headers(1, { location: 'x' })],
    ['an answer with an odd status', (peer) => peer.headers(1, { ':status': '20x' })],
    ['an answer with a status in another notation', (peer) => peer.headers(1, { ':status': '2e2' })],
    ['an answer with a request header', (peer) => peer.headers(1, { ':status': '200', ':path': '/' })],
    ['an answer with an upper-case name', (peer) => peer.headers(1, { ':status': '200', Location: '/' })],
    ['a body before its headers', (peer) => peer.data(1, 'x')],
    ['an interim answer that is final', (peer) => peer.answer(1, 103)],
    ['trailers that are not the end', (peer) => (peer.headers(1, { ':status': '200' }, 4), peer.headers(1, {}, 4))],
    ['RST_STREAM with PROTOCOL_ERROR', (peer) => peer.reset(1, 1)],
    ['a window of a stream beyond its bound', (peer) => peer.send(FRAME.windowUpdate, 0, 1, uint32(0x7fff_ffff))],
  ]; // prettier-ignore

  it.each(faults)('%s: what is open fails, what comes is served by the library', async (_name, fault) => {
    const { ask, metric, lines, server } = await setUp(
      thenServe(async (peer) => {
        peer.greet();
        await peer.request();
        fault(peer);
      }),
    );
    expect(await ask('/1')).toMatchObject({ name: 'TransportError', processed: true });
    expect(await ask('/2')).toMatchObject(ok);
    expect(await metric(REFUGES)).toBe(1);
    expect(lines).toMatchObject([{ level: 40, origin: server.origin }]);
    expect(JSON.stringify(lines)).not.toContain('vapid');
  });

  it.each<[string, (peer: Peer) => void]>([
    ['PING', (peer) => peer.send(FRAME.ping, 0, 0, Buffer.alloc(8))],
    ['SETTINGS', (peer) => peer.send(FRAME.settings, 0, 0)],
    ['RST_STREAM', (peer) => peer.reset(1, 8)],
    ['empty DATA', (peer) => peer.send(FRAME.data, 0, 1)],
    ['tiny DATA', (peer) => peer.data(1, 'x', 0)],
    ['late DATA', (peer) => peer.data(1, Buffer.alloc(300), 0)],
    ['WINDOW_UPDATE', (peer) => peer.send(FRAME.windowUpdate, 0, 0, uint32(1))],
    ['CONTINUATION', (peer) => peer.send(FRAME.continuation, 0, 1)],
    ['interim answers', (peer) => peer.headers(1, { ':status': '103' }, FLAG.endHeaders)],
    ['late answers', (peer) => peer.answer(1)],
  ])('a flood of %s ends the connection with ENHANCE_YOUR_CALM', async (name, send) => {
    let code: number | undefined;
    const { ask, metric } = await setUp(
      thenServe(async (peer) => {
        peer.greet();
        await peer.request();
        if (name.endsWith('y DATA')) peer.headers(1, { ':status': '200' }, FLAG.endHeaders);
        if (name === 'late DATA') peer.answer(1);
        if (name === 'CONTINUATION') peer.send(FRAME.headers, 0, 1);
        for (let count = 0; count < 3000; count += 1) send(peer);
        code = (await peer.take(FRAME.goaway)).payload.readUInt32BE(4);
      }),
    );
    const first = ask('/1');
    const settledBefore: Record<string, object> = {
      'late answers': ok,
      'late DATA': ok,
      RST_STREAM: { code: 'refused' },
    };
    expect(await first).toMatchObject(settledBefore[name] ?? { code: 'protocol', processed: true });
    await expect.poll(() => code, { timeout: 10_000 }).toBe(11);
    expect(await ask('/2')).toMatchObject(ok);
    // The library has no guard against it, so it is no refuge.
    expect(await metric(REFUGES)).toBe(0);
  });

  it('that came along with the handshake ends its connection like any other', async () => {
    const { server } = await setUp((peer) => peer.greet());
    const connect = createTlsConnector(new URL(server.origin), {
      ca: certificate.ca,
      connectTimeoutMs: 2000,
    });
    const left: Exchange[] = [];
    const early = frame(FRAME.data, 0, 0, Buffer.alloc(1));
    const pool = new Http2Pool({
      connect: async (signal) => {
        const { socket, listen } = await connect(signal);
        const listenLate: typeof listen = (onBytes) => (onBytes(early, early.length), listen(onBytes));
        return { socket, listen: listenLate };
      },
      connection: { authority: 'localhost', now: () => 0, idleTimeoutMs: 60_000, pingEveryMs: 60_000 },
      connectTimeoutMs: 2000,
      maxConnections: 1,
      maxWaiting: 1,
      metrics: createTransportMetrics(new Registry()),
      onFault: () => pool.retire(),
      onHttp1: () => {},
      onLeft: (exchange) => left.push(exchange),
    });
    pool.submit(new Exchange(pushRequest(server.origin), 500, 1000, () => {}));
    await expect.poll(() => left.length).toBe(1);
    await pool.drained();
    expect(pool.empty).toBe(true);
  });

  it('what was not on the wire yet is sent by the library; after a while ours is tried again', async () => {
    let now = 0;
    const { askMany, ask, server, metric } = await setUp(
      async (peer, connection) => {
        peer.greet([3, 1]);
        if (connection === 0) {
          await peer.request();
          peer.data(0, 'x');
          return;
        }
        await peer.serve();
      },
      { maxConnections: 1, now: () => (now += 0.001), detourMs: 1000 },
    );
    const [first, ...others] = await askMany(5);
    expect(first).toMatchObject({ code: 'protocol', processed: true });
    expect(others).toMatchObject([ok, ok, ok, ok]);
    expect(server.peers).toHaveLength(2);
    expect(await metric(REFUGES)).toBe(1);
    now += 2000;
    expect(await ask('/again')).toMatchObject(ok);
    expect(server.peers).toHaveLength(3);
    // Only ours announces these two settings.
    const ours = settingsPayload([[2, 0], [6, 16_384]]); // prettier-ignore
    expect(server.peers.map((peer) => peer.frames[0]?.payload.equals(ours))).toEqual([true, false, true]);
  });
});

describe('connecting', () => {
  it('fails at once for all that waits when nobody listens, without a word about paths', async () => {
    const { server, transport } = await setUp(() => {});
    await server.close();
    cleanup.shift();
    const answer = await outcome(transport.request(pushRequest(server.origin, { path: '/secret' })));
    expect(answer).toMatchObject({ code: 'connect', processed: false });
    expect(messageOf(answer)).toContain('ECONNREFUSED');
    expect(messageOf(answer)).not.toContain('secret');
  });

  it('fails for a certificate that is not trusted, or is for another name', async () => {
    const stranger = openTestTransport({});
    cleanup.push(() => stranger.transport.close(0));
    const { server, transport } = await setUp(async (peer) => {
      peer.greet();
      await peer.serve();
    }, { lookup: (_name, options, done) => {
      if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    } }); // prettier-ignore
    const untrusted = await outcome(stranger.transport.request(pushRequest(server.origin)));
    expect(untrusted).toMatchObject({ code: 'connect', processed: false });
    const port = new URL(server.origin).port;
    const other = await outcome(transport.request(pushRequest(`https://other.example:${port}`)));
    expect(other).toMatchObject({ code: 'connect', processed: false });
    expect(messageOf(other)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await outcome(transport.request(pushRequest(`https://localhost:${port}`)))).toMatchObject(ok);
  });

  it('asks the given lookup, and takes its refusal', async () => {
    const { server, transport } = await setUp(() => {}, {
      lookup: (_name, _options, done) => done(new Error('a private address'), ''),
    });
    const named = server.origin.replace('127.0.0.1', 'localhost');
    const answer = await outcome(transport.request(pushRequest(named)));
    expect(answer).toMatchObject({ code: 'connect', processed: false });
    expect(messageOf(answer)).toContain('a private address');
  });

  it('fails for a certificate that has expired', async () => {
    const expired = makeCertificate([], new Date(Date.now() - 3_600_000));
    const server = await startScriptedServer(expired, () => {});
    cleanup.push(server.close);
    const { transport } = openTestTransport({ ca: expired.ca });
    cleanup.push(() => transport.close(0));
    const answer = await outcome(transport.request(pushRequest(server.origin)));
    expect(answer).toMatchObject({ code: 'connect', processed: false });
    expect(messageOf(answer)).toContain('CERT_HAS_EXPIRED');
  });

  it.each<[string, (peer: Peer) => void]>([
    ['before it greets', (peer) => peer.socket.end()],
    ['as soon as it has greeted', (peer) => {
      const [settings, goaway] = [frame(FRAME.settings, 0, 0, Buffer.alloc(0)), frame(FRAME.goaway, 0, 0, uint32(0, 0))];
      peer.socket.write(Buffer.concat([settings, goaway]));
    }],
  ])('is not tried over and over when the server sends everybody away: %s', async (_name, sendAway) => {
    const { askMany, server, metric } = await setUp(sendAway);
    for (const answer of await askMany(3)) expect(answer).toMatchObject({ code: 'connect', processed: false });
    expect(server.peers).toHaveLength(1);
    expect(await metric(REFUGES)).toBe(0);
  }); // prettier-ignore

  it('is broken off when the transport is closed', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.resume()));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { transport } = openTestTransport({ connectTimeoutMs: 60_000 });
    const origin = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const answer = outcome(transport.request(pushRequest(origin)));
    await expect.poll(() => sockets.length).toBe(1);
    await transport.close(0);
    expect(await answer).toMatchObject({ code: 'closed', processed: false });
    silent.close();
    await once(silent, 'close');
  });

  it('gives up a server that never says SETTINGS', async () => {
    const { ask } = await setUp(() => {}, { connectTimeoutMs: 200 });
    expect(await ask()).toMatchObject({ code: 'connect', processed: false });
  });

  it('has its place in the request’s own time', async () => {
    const { ask } = await setUp(() => {}, { connectTimeoutMs: 5000, requestTimeoutMs: 200 });
    expect(await ask()).toMatchObject({ code: 'timeout', processed: false });
  });

  it('closes idle connections, resumes the TLS session, and starts anew', async () => {
    const resumed: boolean[] = [];
    const { ask, server } = await setUp(
      async (peer) => {
        resumed.push(peer.socket.isSessionReused());
        peer.greet();
        await peer.serve();
      },
      { idleTimeoutMs: 50, pingEveryMs: 50 },
    );
    expect(await ask()).toMatchObject(ok);
    await expect.poll(() => server.peers[0]?.socket.destroyed).toBe(true);
    expect(server.peers[0]?.frames.at(-1)).toMatchObject({ type: FRAME.goaway, payload: uint32(0, 0) });
    expect(await ask()).toMatchObject(ok);
    expect(resumed).toEqual([false, true]);
  });
});

describe('closing', () => {
  it('waits for what is on the wire and refuses what comes', async () => {
    let release: (() => void) | undefined;
    const { ask, transport, server } = await setUp(async (peer) => {
      peer.greet();
      await peer.serve(({ streamId }) => {
        release = () => peer.answer(streamId);
      });
    });
    const first = ask('/1');
    await expect.poll(() => release).toBeDefined();
    const closed = transport.close(5000);
    expect(await ask('/2')).toMatchObject({ code: 'closed', processed: false });
    release?.();
    expect(await first).toMatchObject(ok);
    await closed;
    await expect.poll(() => server.peers[0]?.socket.destroyed).toBe(true);
  });

  it('ends at its deadline', async () => {
    const { ask, transport } = await setUp(async (peer) => {
      peer.greet();
      await peer.serve(() => {});
    });
    const first = ask('/1');
    await transport.close(100);
    expect(await first).toMatchObject({ code: 'closed' });
  });
});

describe('a request that is not sound', () => {
  it.each([
    ['a path with a line feed', { path: '/a\r\nx: y' }],
    ['a path with a space', { path: '/a b' }],
    ['a path that is none', { path: 'a' }],
    ['a value with a line feed', { headers: { ttl: '1\r\nx: y' } }],
    ['an upper-case name', { headers: { TTL: '1' } }],
    ['a connection header', { headers: { connection: 'close' } }],
    ['too many headers', { headers: { a: 'b'.repeat(13_000) } }],
    ['another scheme', { origin: 'http://127.0.0.1' }],
    ['an origin with a path', { origin: 'https://127.0.0.1/' }],
    ['no origin', { origin: 'nonsense' }],
  ])('is refused: %s', async (_name, parts) => {
    const { transport } = openTestTransport({});
    const answer = await outcome(transport.request(pushRequest('https://127.0.0.1:1', parts)));
    expect(answer).toMatchObject({ code: 'refused', processed: false });
    await transport.close(0);
  });
});

it('a service that is down is asked less and less often, however many messages come', async () => {
  const [port = 0] = await freePorts(1);
  const { transport, metric } = openTestTransport({ ca: certificate.ca });
  try {
    const until = performance.now() + 1500;
    while (performance.now() < until) {
      await outcome(transport.request(pushRequest(`https://127.0.0.1:${port}`)));
    }
    // 50 ms, 100, 200, 400, 800: a pause between two attempts. Without pauses there are hundreds.
    expect(await metric('ajil_push_connects_total')).toBeLessThanOrEqual(7);
  } finally {
    await transport.close(0);
  }
});
