import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Alert } from '../../../src/alerts/schema.ts';
import type { GatewayDeps } from '../../../src/live/gateway.ts';
import type { LiveMessage } from '../../../src/live/protocol.ts';
import { openFanWrite } from '../../../src/live/connections/fan-write.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { keys } from '../../../src/redis/keys.ts';
import {
  anAlertVersion as alert,
  nameOf,
  startTestGateway,
  versionsIn,
  type TestGateway,
} from '../../support/gateway.ts';
import {
  clientFrame,
  closeCode,
  handshake,
  openRaw,
  rawClient,
  type RawClient,
} from '../../support/raw-websocket.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

let redis: TestRedis;
let live: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
});

afterEach(() => live.stop());

afterAll(() => redis.stop());

async function start(options: Partial<GatewayDeps> = {}): Promise<void> {
  live = await startTestGateway({ redis, ...options });
  await live.writer.del(keys.liveLog, keys.liveEpoch, keys.liveNewest);
  await live.stop();
  live = await startTestGateway({ redis, ...options });
}

const patience = { timeout: 15_000 };
const textsOf = ({ frames }: RawClient) => frames.filter(({ opcode }) => opcode === 1);
const messagesOf = (client: RawClient): LiveMessage[] =>
  textsOf(client).map(({ payload }) => JSON.parse(payload.toString()) as LiveMessage);

/** So large that a few of them fill what the kernel holds for a reader who does not read. */
const large = (index: number) => alert(`خبر ${index}`, { body: 'س'.repeat(400_000) });

test('a full gateway answers 503 with Retry-After, and has room again when somebody leaves', async () => {
  await start({ limits: { connections: 2 } });
  const [first] = await Promise.all([live.listen(), live.listen()]);
  const refused = await rawClient(live.port, handshake());
  await refused.closed;
  expect(refused.head()).toMatch(/^HTTP\/1.1 503 [^]*\r\nRetry-After: 5\r\n/);
  const stream = await fetch(`http://127.0.0.1:${live.port}/v1/live`);
  expect([stream.status, stream.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await live.metric('ajil_live_refused_total', { reason: 'full' })).toBe(2);
  first.socket.close();
  await vi.waitFor(() => live.listen(), patience);
});

test('one address cannot take all the room; an IPv6 network is one address', async () => {
  await start({
    limits: { perAddress: 2 },
    addressOf: (request) => String(request.headers['x-address']),
  });
  const from = (address: string) => live.listen('', { 'X-Address': address });
  await Promise.all(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8:0:7::1', '2001:db8::7:a:b:c:d'].map(from));
  await expect(from('192.0.2.1')).rejects.toThrow('503');
  await expect(from('2001:db8:0:7:ffff::')).rejects.toThrow('503');
  await from('192.0.2.2');
  await from('2001:db8:0:8::1');
  expect(await live.metric('ajil_live_refused_total', { reason: 'address' })).toBe(2);
});

describe.each(['native', 'portable'] as const)('the %s way to the sockets', (kind) => {
  const addon = kind === 'native' ? {} : { addonPath: null };

  test('is the one that is taken', ({ skip }) => {
    const logger = createLogger({ level: 'silent', role: 'test' });
    const fanWrite = openFanWrite({ logger, ...addon });
    if (kind === 'native' && fanWrite.kind === 'portable')
      skip('no C compiler or no headers on this machine');
    expect(fanWrite.kind).toBe(kind);
  });

  test('keeps the order of a reader who falls behind and catches up', async () => {
    await start({ ...addon, limits: { waitingBytes: 2 ** 30, waitingBytesInAll: 2 ** 30 } });
    const [slow, quick] = await Promise.all([openRaw(live.port), live.listen()]);
    const versions: string[] = [];
    const append = async (version: Alert): Promise<void> => {
      versions.push(nameOf(version));
      await live.log.append(version);
      await quick.until(versions.length + 1);
    };
    slow.socket.pause();
    while ((await live.metric('ajil_live_waiting_bytes')) === 0) await append(large(versions.length));
    // It reads a little at a time: the kernel has room for something small before it asks for what waits.
    for (let index = 0; index < 30; index++) {
      const some = once(slow.socket, 'data');
      slow.socket.resume();
      await some;
      slow.socket.pause();
      await append(alert(`صغير ${index}`));
    }
    slow.socket.resume();
    await append(large(versions.length));
    await slow.until(() => textsOf(slow).length === versions.length + 1);
    expect(versionsIn(messagesOf(slow))).toEqual(versions);
    await vi.waitFor(async () => expect(await live.metric('ajil_live_waiting_bytes')).toBe(0), patience);
    slow.socket.destroy();
  });

  test('cuts a reader who is too far behind with 4408; a cursor heals it', async () => {
    await start({ ...addon, limits: { waitingBytes: 2_000_000, goodbyeMs: 20_000 } });
    const [slow, quick] = await Promise.all([openRaw(live.port), live.listen()]);
    slow.socket.pause();
    const versions: string[] = [];
    while ((await live.metric('ajil_live_ended_total', { reason: 'slow' })) === 0) {
      const version = large(versions.length);
      versions.push(nameOf(version));
      await live.log.append(version);
      await quick.until(versions.length + 1);
    }
    slow.socket.resume();
    await slow.until(() => closeCode(slow.frames) !== undefined);
    expect(closeCode(slow.frames)).toBe(4408);
    const got = messagesOf(slow);
    expect(versionsIn(got)).toEqual(versions.slice(0, got.length - 1));
    slow.socket.write(clientFrame(0x88, Buffer.from([0x11, 0x38])));
    await slow.closed;
    const [hello] = await (await live.listen(`cursor=${got.at(-1)?.cursor}`)).until(1);
    // What it missed is more than a hello carries, here.
    expect(hello).toMatchObject({ type: 'hello' });
    expect(quick.socket.readyState).toBe(1);
  });

  test('gives nobody what is another’s while connections come and go', async () => {
    await start(addon);
    const topics = Array.from({ length: 8 }, (_, index) => `topic-${index}`);
    let wrong = 0;
    let seen = 0;
    async function reader(topic: string, lives: number): Promise<void> {
      for (let life = 0; life < lives; life++) {
        const line = await live.listen(`topics=${topic}`);
        await line.until(1 + (life % 3));
        if (life % 2 === 0) line.socket.terminate();
        else line.socket.close();
        const [hello, ...rest] = line.messages;
        if (hello?.type !== 'hello') wrong += 1;
        for (const message of rest) {
          seen += 1;
          if (message.type !== 'alert' || message.alert.topics[0] !== topic) wrong += 1;
        }
      }
    }
    const over = new AbortController();
    const readers = Promise.all(
      Array.from({ length: 40 }, (_, index) => reader(topics[index % topics.length] ?? '', 6)),
    ).finally(() => over.abort());
    for (let index = 0; !over.signal.aborted; index++) {
      await live.log.append(alert(`خبر ${index}`, { topics: [topics[index % topics.length] ?? ''] }));
    }
    await readers;
    expect(wrong).toBe(0);
    expect(seen).toBeGreaterThan(100);
  });
});

test('when too much waits for all together, those with the most are cut', async () => {
  await start({ limits: { waitingBytes: 2 ** 30, waitingBytesInAll: 4_000_000, goodbyeMs: 100 } });
  const slow = await Promise.all([0, 1, 2].map(() => openRaw(live.port)));
  const quick = await live.listen();
  for (const { socket } of slow) socket.pause();
  for (let count = 1; (await live.metric('ajil_live_ended_total', { reason: 'slow' })) === 0; count++) {
    await live.log.append(large(count));
    await quick.until(count + 1);
  }
  await vi.waitFor(async () => {
    expect(await live.metric('ajil_live_waiting_bytes')).toBeLessThanOrEqual(4_000_000);
  }, patience);
  expect(quick.socket.readyState).toBe(1);
  for (const { socket } of slow) socket.destroy();
});

test('heartbeats end who does not answer, and nobody else', async () => {
  await start({ limits: { beatMs: 400, answerMs: 200 } });
  const answering = await live.listen();
  let pings = 0;
  answering.socket.on('ping', () => (pings += 1));
  const silent = await openRaw(live.port);
  await silent.closed;
  expect(closeCode(silent.frames)).toBeUndefined();
  await vi.waitFor(() => expect(pings).toBeGreaterThan(4), patience);
  expect(answering.socket.readyState).toBe(1);
  expect(await live.metric('ajil_live_ended_total', { reason: 'silent' })).toBe(1);
});

test('a reader for whom bytes wait is not asked, but must take some from beat to beat', async () => {
  const noBound = { waitingBytes: 2 ** 30, waitingBytesInAll: 2 ** 30 };
  // The kernel gives up on it two beats and an answer after the last byte: on a busy machine, too, the heartbeat is first.
  await start({ limits: { ...noBound, beatMs: 400, answerMs: 10_000 } });
  const stream = connect({ port: live.port, host: '127.0.0.1' });
  stream.write('GET /v1/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
  await untilText(stream, ': beat\n\n');
  stream.pause();
  for (let index = 0; (await live.metric('ajil_live_waiting_bytes')) === 0; index++) {
    await live.log.append(large(index));
  }
  await vi.waitFor(async () => {
    expect(await live.metric('ajil_live_ended_total', { reason: 'stalled' })).toBe(1);
  }, patience);
  await expect.poll(() => live.metric('ajil_live_connections'), { timeout: 10_000 }).toBe(0);
  stream.destroy();
});

test('a reader who hangs up while bytes wait for them is not waited for', async () => {
  await start({ limits: { waitingBytes: 2 ** 30, waitingBytesInAll: 2 ** 30 } });
  const accepted = once(live.server, 'connection');
  const slow = await openRaw(live.port);
  const [ours] = (await accepted) as [Socket];
  const quick = await live.listen();
  slow.socket.pause();
  for (let count = 1; (await live.metric('ajil_live_waiting_bytes')) === 0; count++) {
    await live.log.append(large(count));
    await quick.until(count + 1);
  }
  const hungUp = once(ours, 'end');
  slow.socket.end();
  await hungUp;
  expect(ours.destroyed).toBe(true);
  slow.socket.destroy();
});

test('at the end all are sent elsewhere over the drain time, and the stuck are ended', async () => {
  await start({ drainSeconds: 1, limits: { goodbyeMs: 200 } });
  const lines = await Promise.all(Array.from({ length: 20 }, () => live.listen()));
  const stuck = await openRaw(live.port);
  stuck.socket.pause();
  const times: number[] = [];
  const began = performance.now();
  const codes = Promise.all(
    lines.map(async (line) => {
      const code = await line.closed;
      times.push(performance.now() - began);
      return code;
    }),
  );
  const ending = live.gateway.close();
  await expect(live.listen()).rejects.toThrow('503');
  const last = alert('في الأثناء');
  await live.log.append(last);
  await ending;
  expect(new Set(await codes)).toEqual(new Set([1012]));
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(500);
  expect(lines.some((line) => versionsIn(line.messages).includes(nameOf(last)))).toBe(true);
  stuck.socket.resume();
  await stuck.closed;
});

async function untilText(socket: Socket, wanted: string): Promise<void> {
  let text = '';
  while (!text.includes(wanted)) text += String((await once(socket, 'data'))[0]);
}
