import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from '../../../src/ops/http-server.ts';
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
