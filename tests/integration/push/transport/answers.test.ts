import { afterEach, describe, expect, it } from 'vitest';
import { FLAG, FRAME } from '../../../../src/push/transport/frames.ts';
import { literals, startScriptedServer, uint32, type Peer } from '../../../support/scripted-http2.ts';
import { makeCertificate } from '../../../support/tls.ts';
import { openTestTransport, outcome, pushRequest, type TestTransport } from '../../../support/transport.ts';

const certificate = makeCertificate();
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

/** One request, to a server whose first connection follows the script. */
async function ask(script: (peer: Peer) => Promise<unknown>, body = Buffer.alloc(100, 7)) {
  const server = await startScriptedServer(certificate, script);
  cleanup.push(server.close);
  const test: TestTransport = openTestTransport({
    ca: certificate.ca,
    requestTimeoutMs: 2000,
    maxConnections: 1,
  });
  cleanup.push(() => test.transport.close(0));
  const request = (path = '/push/1') =>
    outcome(test.transport.request(pushRequest(server.origin, { body, path })));
  return { server, test, request, answer: await request() };
}

describe('an answer over HTTP/2', () => {
  it('brings status, headers and body; the server sees the request whole', async () => {
    let seen: unknown;
    const { answer } = await ask(async (peer) => {
      peer.greet();
      const request = await peer.request();
      seen = { headers: request.headers, body: request.body };
      peer.headers(request.streamId, { ':status': '201', location: '/m/1', link: 'a' }, FLAG.endHeaders);
      peer.data(request.streamId, 'created');
    });
    expect(answer).toEqual({ status: 201, headers: { location: '/m/1', link: 'a' }, body: 'created' });
    expect(seen).toMatchObject({
      headers: {
        ':method': 'POST',
        ':scheme': 'https',
        ':path': '/push/1',
        ttl: '3600',
        'content-length': '100',
      },
      body: Buffer.alloc(100, 7),
    });
  });

  it('skips interim answers, padding, priorities, unknown frames and trailers', async () => {
    const { answer } = await ask(async (peer) => {
      peer.greet();
      const { streamId } = await peer.request();
      peer.headers(streamId, { ':status': '103', link: '</x>' }, FLAG.endHeaders);
      peer.send(0x7f, 0xff, streamId, Buffer.alloc(20));
      peer.send(FRAME.priority, 0, streamId, Buffer.alloc(5));
      const block = literals({ ':status': '429', 'retry-after': '7' });
      const padded = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 1]), block, Buffer.alloc(3)]);
      peer.send(FRAME.headers, FLAG.endHeaders | FLAG.padded | FLAG.priority, streamId, padded);
      peer.send(FRAME.data, FLAG.padded, streamId, Buffer.from([2, 0x68, 0x69, 0, 0]));
      peer.send(FRAME.data, FLAG.padded, streamId, Buffer.from([4, 0, 0, 0, 0]));
      peer.headers(streamId, { 'x-checksum': '1' });
    });
    expect(answer).toEqual({ status: 429, headers: { 'retry-after': '7' }, body: 'hi' });
  });

  it('is put together from CONTINUATION frames, also those that come byte by byte', async () => {
    const { answer } = await ask(async (peer) => {
      peer.greet();
      const { streamId } = await peer.request();
      const block = literals({ ':status': '201', location: '/m/1' });
      peer.send(FRAME.headers, FLAG.endStream, streamId, block.subarray(0, 4));
      peer.send(FRAME.continuation, 0, streamId);
      peer.send(FRAME.continuation, 0, streamId, block.subarray(4, 9));
      peer.send(FRAME.continuation, FLAG.endHeaders, streamId, block.subarray(9));
    });
    expect(answer).toMatchObject({ status: 201, headers: { location: '/m/1' } });
  });

  it('may use the dynamic table and Huffman before our SETTINGS are acknowledged', async () => {
    const { answer, request } = await ask(async (peer) => {
      peer.send(FRAME.settings, 0, 0);
      const first = await peer.request();
      const block = '4882 6402 6e91 9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3';
      peer.send(FRAME.headers, 0x5, first.streamId, Buffer.from(block.replaceAll(' ', ''), 'hex'));
      const second = await peer.request();
      peer.send(FRAME.headers, 0x5, second.streamId, Buffer.from([0xbf, 0xbe]));
    });
    const wanted = { status: 302, headers: { location: 'https://www.example.com' } };
    expect(answer).toMatchObject(wanted);
    expect(await request('/push/2')).toMatchObject(wanted);
  });

  it('joins fields that come twice, and survives names that objects have', async () => {
    const { answer } = await ask(async (peer) => {
      peer.greet();
      const { streamId } = await peer.request();
      const twice = [literals({ ':status': '201', link: 'a', constructor: 'c' }), literals({ link: 'b' })];
      peer.send(FRAME.headers, 0x5, streamId, Buffer.concat(twice));
    });
    expect(answer).toMatchObject({ headers: { link: 'a, b', constructor: 'c' } });
  });

  it('is whole once 64 kB of its body have come: the stream is reset, the connection serves on', async () => {
    let resets = 0;
    const { answer, request } = await ask(async (peer) => {
      peer.greet();
      const { streamId } = await peer.request();
      peer.headers(streamId, { ':status': '201' }, FLAG.endHeaders);
      for (let sent = 0; sent < 4; sent += 1) peer.data(streamId, Buffer.alloc(16_000), 0);
      await peer.take(FRAME.windowUpdate);
      peer.data(streamId, Buffer.alloc(16_000), 0);
      await peer.take(FRAME.rstStream);
      resets = peer.count(FRAME.rstStream);
      await peer.serve();
    });
    expect(answer).toMatchObject({ status: 201 });
    expect(await request()).toMatchObject({ status: 201 });
    expect(resets).toBe(1);
  });

  it('keeps 1,024 bytes of a long body, and both windows open for the rest', async () => {
    const { answer, request } = await ask(async (peer) => {
      peer.greet();
      const { streamId } = await peer.request();
      peer.headers(streamId, { ':status': '400' }, FLAG.endHeaders);
      const windows = { stream: 65_535, connection: 65_535 };
      for (let sent = 0; sent < 64_000; sent += 4000) {
        while (Math.min(windows.stream, windows.connection) < 30_000) {
          const update = await peer.take(FRAME.windowUpdate);
          windows[update.streamId === 0 ? 'connection' : 'stream'] += update.payload.readUInt32BE(0);
        }
        windows.stream -= 4000;
        windows.connection -= 4000;
        peer.data(streamId, Buffer.alloc(4000, 'é'), 0);
      }
      peer.data(streamId, '');
      await peer.serve();
    });
    expect(answer).toEqual({ status: 400, headers: {}, body: 'é'.repeat(512) });
    expect(await request()).toMatchObject({ status: 201 });
  });

  it('that comes before the body is sent is taken, and the body stopped', async () => {
    const resets: unknown[] = [];
    const { answer, request, server } = await ask(async (peer) => {
      peer.greet([4, 10]);
      const head = await peer.take(FRAME.headers);
      peer.headers(head.streamId, { ':status': '413' }, FLAG.endHeaders | FLAG.endStream);
      peer.reset(head.streamId, 0);
      resets.push(await peer.take(FRAME.rstStream));
      peer.send(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 0, 255, 255]));
      await peer.serve();
    });
    expect(answer).toMatchObject({ status: 413 });
    expect(await request('/push/2')).toMatchObject({ status: 201 });
    expect(resets).toMatchObject([{ streamId: 1, payload: uint32(0) }]);
    expect(server.peers).toHaveLength(1);
  });

  it('is complete by RST_STREAM with NO_ERROR after the headers', async () => {
    const { answer } = await ask(async (peer) => {
      peer.greet([4, 10]);
      const head = await peer.take(FRAME.headers);
      peer.headers(head.streamId, { ':status': '413', 'x-why': 'size' }, FLAG.endHeaders);
      peer.reset(head.streamId, 0);
    });
    expect(answer).toMatchObject({ status: 413, headers: { 'x-why': 'size' } });
  });

  it('drops headers beyond 16 KiB and keeps the status', async () => {
    const { answer } = await ask(async (peer) => {
      peer.greet();
      const { streamId } = await peer.request();
      const many = Array.from({ length: 300 }, (_, at) => literals({ [`x-${at}`]: 'v'.repeat(100) }));
      const block = Buffer.concat([literals({ ':status': '201' }), ...many]);
      const flags = FLAG.endStream;
      peer.send(FRAME.headers, flags, streamId, block.subarray(0, 16_000));
      peer.send(FRAME.continuation, 0, streamId, block.subarray(16_000, 32_000));
      peer.send(FRAME.continuation, FLAG.endHeaders, streamId, block.subarray(32_000));
    });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-0': 'v'.repeat(100) } });
    expect(Object.keys('headers' in answer ? answer.headers : {}).length).toBeLessThan(125);
  });

  it('to a request that was reset by timeout is ignored, and its bytes still count', async () => {
    const { answer, request, server } = await ask(async (peer) => {
      peer.greet();
      const { streamId } = await peer.request();
      const reset = await peer.take(FRAME.rstStream);
      expect(reset).toMatchObject({ streamId, payload: uint32(8) });
      peer.headers(streamId, { ':status': '201', location: '/late' }, FLAG.endHeaders);
      for (let sent = 0; sent < 3; sent += 1) peer.data(streamId, Buffer.alloc(16_000), 0);
      await peer.serve();
    });
    expect(answer).toMatchObject({ code: 'timeout', processed: true });
    expect(await request()).toMatchObject({ status: 201 });
    const updates = () => server.peers[0]?.frames.filter(({ type }) => type === FRAME.windowUpdate);
    await expect.poll(updates).toMatchObject([{ streamId: 0 }]);
    expect(server.peers).toHaveLength(1);
  });
});
