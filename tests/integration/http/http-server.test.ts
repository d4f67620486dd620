import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from '../../../src/http/http-server.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { readMetric } from '../../support/gateway.ts';

const MOST = 5;
let http: HttpServer | undefined;
afterEach(() => http?.close());

test('who connects and sends no request makes room for the others', async () => {
  const metrics = createMetrics('test');
  http = createHttpServer({
    handler: (_request, response) => void response.end('answered'),
    maxConnections: 100,
    maxUnfinished: MOST,
    metrics,
  });
  const port = await http.listen(0);
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const answered = async (socket: Socket): Promise<void> => {
    socket.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toContain('answered');
  };

  // Whoever has had an answer is none of them.
  const served = await open();
  await answered(served);
  const silent: Socket[] = [];
  for (let i = 0; i < MOST; i++) silent.push(await open());
  silent[0]?.write('GET / HTTP/1.1\r\nX-Slow: ');
  silent[0]?.on('error', () => undefined); // it may be reset
  const ended = new Promise((resolve) => silent[0]?.once('close', resolve));
  const late = await open();
  await ended;
  expect(await readMetric(metrics, 'ajil_http_dropped_total', { reason: 'unfinished' })).toBe(1);
  for (const socket of [...silent.slice(1), late, served]) await answered(socket);
  for (const socket of [...silent, late, served]) socket.destroy();
});

test('an offer of another protocol than WebSocket is passed over, and the request is answered', async () => {
  http = createHttpServer({
    handler: (request, response) =>
      void text(request).then((body) => response.end(`${request.method} ${body}`)),
    maxConnections: 100,
    metrics: createMetrics('test'),
  });
  const upgrades: string[] = [];
  http.server.on('upgrade', (request, socket) => {
    upgrades.push(request.url ?? '');
    socket.end();
  });
  const socket = connect(await http.listen(0), '127.0.0.1');
  let answers = '';
  socket.on('data', (data) => (answers += String(data)));
  const offer =
    'Host: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n';
  // As Java's client does; both on one connection.
  socket.write(`GET /a HTTP/1.1\r\n${offer}\r\n`);
  await expect.poll(() => answers).toContain('GET ');
  socket.write(`POST /b HTTP/1.1\r\n${offer}Content-Length: 4\r\n\r\nbody`);
  await expect.poll(() => answers).toContain('POST body');
  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(upgrades).toEqual([]);
  socket.write('GET /live HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n');
  await once(socket, 'close');
  expect(upgrades).toEqual(['/live']);
});

/** What comes over a socket until it is closed. */
async function allOf(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (data) => (received += String(data)));
  socket.on('error', () => undefined);
  if (!socket.closed) await once(socket, 'close');
  return received;
}

const GET = 'GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n';

test('a connection has one request at work, however many it sends at once', async () => {
  const waiting: (() => void)[] = [];
  http = createHttpServer({
    handler: (_request, response) => void waiting.push(() => response.end('answered')),
    maxConnections: 100,
    metrics: createMetrics('test'),
  });
  const port = await http.listen(0);
  const few = connect(port, '127.0.0.1');
  let answers = '';
  few.on('data', (data) => (answers += String(data)));
  few.write(GET.repeat(4));
  for (let served = 1; served <= 4; served++) {
    await expect.poll(() => waiting.length).toBe(served);
    waiting.at(-1)?.();
    await expect.poll(() => answers.match(/answered/g)?.length).toBe(served);
  }
  few.write(GET);
  await expect.poll(() => waiting.length).toBe(5);
  few.destroy();

  const many = connect(port, '127.0.0.1');
  many.write(GET.repeat(1000));
  await allOf(many);
  expect(waiting.length).toBe(6);
});

test('a connection that ends with answers outstanding leaves no file open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ajil-files-'));
  await writeFile(join(folder, 'large'), Buffer.alloc(4 * 1024 * 1024));
  const app = express();
  app.use((_request, response) => response.sendFile('large', { root: folder }));
  http = createHttpServer({ handler: app, maxConnections: 100, metrics: createMetrics('test') });
  const port = await http.listen(0);
  const filesOpen = (): number =>
    readdirSync('/proc/self/fd').filter((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`).startsWith(folder);
      } catch {
        return false;
      }
    }).length;
  for (let round = 0; round < 5; round++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(GET.repeat(8));
    await once(socket, 'data');
    socket.destroy();
  }
  await expect.poll(filesOpen).toBe(0);
  await rm(folder, { recursive: true });
});

test('an answer that the client does not take ends with its connection', async () => {
  http = createHttpServer({
    handler: (_request, response) => void response.end(Buffer.alloc(64 * 1024 * 1024)),
    maxConnections: 100,
    stalledMs: 100,
    metrics: createMetrics('test'),
  });
  const accepted = once(http.server, 'connection') as Promise<[Socket]>;
  const reader = connect(await http.listen(0), '127.0.0.1');
  reader.pause();
  reader.on('error', () => undefined);
  reader.write(GET);
  const [socket] = await accepted;
  await once(socket, 'close');
  expect(socket.bytesWritten).toBeGreaterThan(0);
  reader.destroy();
});

test('when it is full, the connection that is idle longest makes room; one address has a bound of its own', async () => {
  const metrics = createMetrics('test');
  const dropped = (reason: string): Promise<number> =>
    readMetric(metrics, 'ajil_http_dropped_total', { reason });
  http = createHttpServer({
    handler: (_request, response) => void response.end('answered'),
    maxConnections: 10,
    maxUnfinished: 10,
    maxPerAddress: 9,
    isProxy: (address) => address.endsWith('127.0.0.2'),
    metrics,
  });
  const port = await http.listen(0);
  const ask = async (localAddress: string): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    socket.write(GET);
    await once(socket, 'data');
    return socket;
  };
  const sockets: Socket[] = [];
  for (let i = 0; i < 20; i++) sockets.push(await ask('127.0.0.2'));
  expect(await dropped('idle')).toBe(11);
  expect(await dropped('full')).toBe(0);
  await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBe(11);
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(() => new Promise((done) => http?.server.getConnections((_error, count) => done(count))))
    .toBe(0);

  // Connections that ask for nothing are not idle yet: theirs is the bound of the address.
  const silent = await Promise.all(
    Array.from({ length: 9 }, async () => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.3' });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    }),
  );
  const tenth = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.3' });
  await allOf(tenth);
  expect(await dropped('address')).toBe(1);
  const other = await ask('127.0.0.4');
  for (const socket of [...silent, other]) socket.destroy();
});

test.for([
  ['two Host fields', 'GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n', 400],
  [
    'an upgrade with two Host fields',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    400,
  ],
  ['no HTTP', 'HELLO\r\n\r\n', 400],
  ['a head of 20 kB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['an expectation that nobody meets', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\n\r\n', 417],
] as const)('%s is refused with problem details', async ([, request, status]) => {
  const served: string[] = [];
  http = createHttpServer({
    handler: ({ url }) => void served.push(url ?? ''),
    onUpgrade: ({ url }) => void served.push(url ?? ''),
    maxConnections: 10,
    describeFault: (code, id) => ({ status, code, id }),
    metrics: createMetrics('test'),
  });
  const socket = connect(await http.listen(0), '127.0.0.1');
  socket.write(request);
  const [head = '', body = ''] = (await allOf(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toMatch(/Content-Type: application\/problem\+json/i);
  expect(JSON.parse(body)).toMatchObject({ status });
  expect(served).toEqual([]);
});

test('a server that no longer listens answers what comes on a kept connection once more, and then ends it', async () => {
  const server = createHttpServer({
    handler: (_request, response) => response.end('answered'),
    maxConnections: 10,
    metrics: createMetrics('test'),
  });
  const port = await server.listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (): Promise<{ connection: string | undefined; reused: boolean }> => {
    const call = request({ host: '127.0.0.1', port, agent, method: 'POST' }).end('body');
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    return { connection: answer.headers.connection, reused: call.reusedSocket };
  };
  try {
    expect(await ask()).toEqual({ connection: 'keep-alive', reused: false });
    server.stopListening();
    // A proxy cannot send a POST again (RFC 9110, section 9.2.2), so its connection must not end under it.
    expect(await ask()).toEqual({ connection: 'close', reused: true });
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
  } finally {
    await server.close();
    agent.destroy();
  }
});

test('a server that closes does not wait for connections without a request', async () => {
  const server = createHttpServer({
    handler: (_request, response) => response.end('answered'),
    maxConnections: 10,
    metrics: createMetrics('test'),
  });
  const port = await server.listen(0, '127.0.0.1');
  const idle = connect(port, '127.0.0.1');
  idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(idle, 'data');
  const ended = once(idle.resume(), 'end');
  server.stopListening();
  await server.close();
  expect(await ended).toEqual([]);
});
