import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { firstVersion } from '../../../src/alerts/life-cycle.ts';
import { newAlertId } from '../../../src/alerts/id.ts';
import { toPublicAlert, type Alert } from '../../../src/alerts/schema.ts';
import { openGateway, type Gateway } from '../../../src/live/gateway.ts';
import { createLiveLog, type LiveLog } from '../../../src/live/log.ts';
import type { LiveMessage } from '../../../src/live/protocol.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { keys } from '../../../src/redis/keys.ts';
import { closeRedis, connectRedis, type Redis } from '../../../src/redis/connect.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
let redis: TestRedis;
let writer: Redis;
let log: LiveLog;
let gateway: Gateway;
let server: Server;
let base: string;

function alert(headline: string, topics = ['world']): Alert {
  const now = Date.now();
  return toPublicAlert(
    firstVersion(newAlertId(now), { headline, lang: 'ar', topics, urgency: 'urgent' }, 'e', now),
  );
}

/** Opens a line and collects what comes over it. */
async function listen(query: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${base}/v1/live?${query}`, { headers });
  const messages: LiveMessage[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as LiveMessage);
    wake();
  });
  const until = async (count: number): Promise<LiveMessage[]> => {
    while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return messages;
  };
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, until };
}

beforeEach(async () => {
  redis = await startTestRedis();
  writer = connectRedis(redis.url, 'worker', logger);
  log = createLiveLog(writer);
  gateway = await openGateway({
    follower: connectRedis(redis.url, 'worker', logger),
    logger,
    metrics: createMetrics('test'),
    allowedOrigins: ['https://news.example'],
    addressOf: () => 'reader',
    drainSeconds: 0,
    onBroadcast: () => undefined,
    now: Date.now,
  });
  server = createServer((request, response) => gateway.handleSse(request, response));
  server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await gateway.close();
  server.closeAllConnections();
  server.close();
  await closeRedis(writer);
  await redis.stop();
});

test('hello comes first, then every version that the reader wants, once', async () => {
  const line = await listen('topics=world');
  const sport = alert('فوز المنتخب', ['sport']);
  const world = alert('افتتاح القمة');
  await log.append(sport);
  await log.append(world);
  expect((await log.append(world)).appended).toBe(false);
  const last = alert('ختام القمة');
  await log.append(last);
  const messages = await line.until(3);
  expect(messages[0]).toMatchObject({ type: 'hello', recovered: false, alerts: [] });
  expect(messages.slice(1).map((message) => 'alert' in message && message.alert.id)).toEqual([
    world.id,
    last.id,
  ]);
});

test('a cursor brings exactly what was missed, across a crash of Redis', async () => {
  const first = await listen('');
  await log.append(alert('الأول'));
  const cursor = (await first.until(2))[1]?.cursor ?? '';
  first.socket.terminate();
  const missed = alert('الثاني');
  await log.append(missed);
  await redis.crash();
  const after = alert('الثالث');
  await log.append(after);
  const watcher = await listen('');
  const known = (await watcher.until(1))[0];
  const again = await listen(`cursor=${cursor}`);
  const hello = (await again.until(1))[0];
  expect(known?.type).toBe('hello');
  expect(hello).toMatchObject({ type: 'hello', recovered: true });
  const live = hello?.type === 'hello' && hello.alerts.length === 1 ? (await again.until(2)).slice(1) : [];
  const ids = [hello, ...live].flatMap((message) =>
    message?.type === 'hello' ? message.alerts.map((one) => one.id) : message ? [message.alert.id] : [],
  );
  expect(ids).toEqual([missed.id, after.id]);
});

test('a cursor of another epoch is answered with the current alerts', async () => {
  const one = alert('الأول');
  const witness = await listen('');
  await log.append(one);
  await witness.until(2);
  const line = await listen('cursor=other:1');
  expect((await line.until(1))[0]).toMatchObject({ recovered: false, alerts: [{ id: one.id }] });
});

test('a log that lost entries gets a new epoch: no old cursor is taken for good', async () => {
  const line = await listen('');
  await log.append(alert('الأول'));
  await log.append(alert('الثاني'));
  const cursor = (await line.until(3))[1]?.cursor ?? '';
  const closed = new Promise((resolve) => line.socket.once('close', resolve));
  await writer.del(keys.liveLog);
  // The next version takes the first offset again: the gateway sees it when its blocking read ends.
  await log.append(alert('بديل'));
  expect(await closed).toBe(1012);
  const again = await listen(`cursor=${cursor}`);
  expect((await again.until(1))[0]).toMatchObject({ type: 'hello', recovered: false });
});

test('a page of a foreign origin, and a bad query, are refused', async () => {
  await expect(listen('', { Origin: 'https://evil.example' })).rejects.toThrow('403');
  await expect(listen('urgency=loud')).rejects.toThrow('400');
  const own = await listen('', { Origin: 'https://news.example' });
  expect((await own.until(1))[0]?.type).toBe('hello');
});

test('a client that sends something is closed with 1008', async () => {
  const line = await listen('');
  const closed = new Promise((resolve) => line.socket.once('close', resolve));
  line.socket.send('hello?');
  expect(await closed).toBe(1008);
});

test('server-sent events resume by Last-Event-ID', async () => {
  const witness = await listen('');
  await log.append(alert('الأول'));
  const cursor = (await witness.until(2))[1]?.cursor ?? '';
  const missed = alert('الثاني');
  await log.append(missed);
  await witness.until(3);
  const response = await fetch(`${base.replace('ws', 'http')}/v1/live`, {
    headers: { Accept: 'text/event-stream', 'Last-Event-ID': cursor },
  });
  const reader = response.body!.getReader();
  const text = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  expect(text).toContain('"recovered":true');
  expect(text).toContain(missed.id);
});
