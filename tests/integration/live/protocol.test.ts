import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROBLEMS } from '../../../src/http/problem.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import {
  clientFrame,
  closeCode,
  handshake,
  KEY,
  openRaw,
  rawClient,
  request,
} from '../../support/raw-websocket.ts';

// What clients may and may not do on the live line, byte for byte.

let live: TestGateway;

beforeAll(async () => {
  live = await startTestGateway({ limits: { controlFrames: 20 } });
});

afterAll(() => live.stop());

test('the handshake is answered as RFC 6455 says, without what else was offered, and hello is right behind it', async () => {
  const offers = {
    'Sec-WebSocket-Protocol': 'chat, graphql-ws',
    'Sec-WebSocket-Extensions': 'permessage-deflate',
  };
  const client = await rawClient(live.port, handshake('', offers));
  await client.until(() => client.frames.length > 0);
  expect(client.head().split('\r\n')).toEqual([
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    // Section 1.3 has this very key, and this answer.
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  ]);
  expect(client.frames[0]?.opcode).toBe(1);
  client.socket.destroy();
});

const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};

test.each([
  ['another version', handshake('', { 'Sec-WebSocket-Version': '8' }), 426, 'handshake', 'upgrade-required'],
  ['no key', handshake('', { 'Sec-WebSocket-Key': '' }), 400, 'handshake', 'malformed-request'],
  ['a short key', handshake('', { 'Sec-WebSocket-Key': 'AAAA' }), 400, 'handshake', 'malformed-request'],
  ['another protocol', handshake('', { Upgrade: 'h2c' }), 400, 'handshake', 'malformed-request'],
  ['another method', request('PUT', '/v1/live', upgrade), 405, 'method', 'method-not-allowed'],
  ['an old HTTP', handshake().replace('HTTP/1.1', 'HTTP/1.0'), 400, 'handshake', 'malformed-request'],
  ['another path', request('GET', '/v1/alerts', upgrade), 404, 'path', 'not-found'],
  ['no path at all', request('GET', '//', upgrade), 404, 'path', 'not-found'],
  ['a bad query', handshake('urgency=loud'), 400, 'query', 'invalid-query'],
  ['a foreign origin', handshake('', { Origin: 'https://evil.example' }), 403, 'origin', 'forbidden'],
  [
    'an origin that is only alike',
    handshake('', { Origin: 'https://news.example.evil' }),
    403,
    'origin',
    'forbidden',
  ],
] as const)('%s is refused, and the connection closed', async (_name, bytes, status, reason, code) => {
  const before = await live.metric('ajil_live_refused_total', { reason });
  const client = await rawClient(live.port, bytes);
  await client.closed;
  expect(client.head()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(client.head()).toContain('application/problem+json');
  const [, id] = /^X-Request-Id: (\S+)$/m.exec(client.head()) ?? [];
  expect(JSON.parse(client.rest().toString())).toEqual({
    type: `http://ajil.test/problems/${code}`,
    title: PROBLEMS[code].title,
    status,
    detail: expect.any(String),
    instance: `urn:uuid:${id}`,
    ...(reason === 'query' ? { errors: [{ parameter: 'urgency', detail: expect.any(String) }] } : {}),
  });
  expect(await live.metric('ajil_live_refused_total', { reason })).toBe(before + 1);
});

test('an event stream is refused in the same form, with every wrong field named', async () => {
  const response = await fetch(`http://127.0.0.1:${live.port}/v1/live?urgency=loud&lang=!!`, {
    headers: { Accept: 'text/event-stream' },
  });
  expect([
    response.status,
    response.headers.get('content-type'),
    response.headers.get('cache-control'),
  ]).toEqual([400, 'application/problem+json', 'no-store']);
  expect(await response.json()).toMatchObject({
    type: 'http://ajil.test/problems/invalid-query',
    instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    errors: [{ parameter: 'urgency' }, { parameter: 'lang' }],
  });
});

test('a target that is a whole URL is taken, and so is an origin of ours', async () => {
  const client = await rawClient(
    live.port,
    request('GET', 'http://localhost/v1/live?topics=world', { ...upgrade, Origin: 'https://news.example' }),
  );
  await client.until(() => client.frames.length > 0);
  expect(client.frames[0]?.payload.toString()).toContain('"hello"');
  client.socket.destroy();
});

test('a ping is answered with its own bytes, also one that came with the handshake, and one in pieces', async () => {
  const ping = clientFrame(0x89, 'نبض');
  const client = await rawClient(live.port, Buffer.concat([Buffer.from(handshake()), ping.subarray(0, 3)]));
  await client.until(() => client.frames.length > 0);
  for (const byte of ping.subarray(3)) client.socket.write(Buffer.of(byte));
  client.socket.write(Buffer.concat([ping, ping]));
  await client.until(() => client.frames.filter(({ opcode }) => opcode === 10).length === 3);
  expect(client.frames.map(({ opcode }) => opcode)).toEqual([1, 10, 10, 10]);
  expect(client.frames[3]?.payload.toString()).toBe('نبض');
  client.socket.destroy();
});

test.each([
  [
    'a code and a reason',
    clientFrame(0x88, Buffer.concat([Buffer.from([3, 0xe9]), Buffer.from('وداعا')])),
    1001,
  ],
  ['nothing', clientFrame(0x88), 1005],
])('a close with %s is answered, and the server closes first', async (_name, bytes, code) => {
  const client = await openRaw(live.port);
  client.socket.write(bytes);
  await client.closed;
  expect(closeCode(client.frames)).toBe(code);
});

test.each([
  ['text', clientFrame(0x81, 'مرحبا'), 1008],
  ['binary data of 1,024 bytes', clientFrame(0x82, Buffer.alloc(1024)), 1008],
  ['binary data of 1,025 bytes', clientFrame(0x82, Buffer.alloc(1025)), 1009],
  ['text that is no UTF-8', clientFrame(0x81, Buffer.of(0xff)), 1007],
  ['text in fragments', Buffer.concat([clientFrame(0x01, 'مر'), clientFrame(0x00, 'حبا')]), 1008],
  ['a second message within the first', Buffer.concat([clientFrame(0x01), clientFrame(0x81)]), 1002],
  ['the beginning of a long message', clientFrame(0x02, Buffer.alloc(4000)), 1009],
  ['a message that announces more than memory holds', clientFrame(0x82, '', { length: 2 ** 40 }), 1009],
  ['a frame without a mask', clientFrame(0x89, 'x', { masked: false }), 1002],
  ['a compressed frame', clientFrame(0xc1, 'x'), 1002],
  ['a continuation of nothing', clientFrame(0x80, 'x'), 1002],
  ['a reserved opcode', clientFrame(0x8f), 1002],
  ['a ping in fragments', clientFrame(0x09, 'x'), 1002],
  ['a ping of 126 bytes', clientFrame(0x89, Buffer.alloc(126)), 1002],
  ['half a close code', clientFrame(0x88, 'x'), 1002],
  ['a close code that may not be sent', clientFrame(0x88, Buffer.from([3, 0xed])), 1002],
  ['a reason that is no UTF-8', clientFrame(0x88, Buffer.from([3, 0xe8, 0xff])), 1007],
  [
    'more control frames than it needs',
    Buffer.concat(Array.from({ length: 21 }, () => clientFrame(0x8a))),
    1008,
  ],
])('a client that sends %s is closed with its code', async (_name, bytes, code) => {
  const before = await live.metric('ajil_live_ended_total', { reason: 'misbehaved' });
  const client = await openRaw(live.port);
  // What follows is not read, and does not keep the close frame from arriving.
  client.socket.write(Buffer.concat([bytes, Buffer.alloc(50_000, 0x81)]));
  await client.closed;
  expect(closeCode(client.frames)).toBe(code);
  expect(await live.metric('ajil_live_ended_total', { reason: 'misbehaved' })).toBe(before + 1);
});

test('a client that resets or closes half-way leaves nothing behind', async () => {
  await expect.poll(() => live.metric('ajil_live_connections'), { timeout: 10_000 }).toBe(0);
  const [one, other, third] = await Promise.all([0, 1, 2].map(() => openRaw(live.port)));
  expect(await live.metric('ajil_live_connections')).toBe(3);
  one?.socket.resetAndDestroy();
  other?.socket.end();
  third?.socket.end(clientFrame(0x89, 'x'));
  await Promise.all([one?.closed, other?.closed, third?.closed]);
  await expect.poll(() => live.metric('ajil_live_connections'), { timeout: 10_000 }).toBe(0);
});

test('a reader who does not answer our close is ended in time', async () => {
  const own = await startTestGateway({ redis: live.redis, limits: { goodbyeMs: 100 } });
  const client = await openRaw(own.port);
  client.socket.write(clientFrame(0x81, 'x'));
  await client.closed;
  const deaf = await openRaw(own.port);
  deaf.socket.pause();
  await own.stop();
  deaf.socket.resume();
  await deaf.closed;
  expect(closeCode(deaf.frames)).toBe(1012);
});
