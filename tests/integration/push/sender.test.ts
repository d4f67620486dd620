import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { createEndpointPolicy } from '../../../src/push/endpoint/endpoint-policy.ts';
import { openSender } from '../../../src/push/sender.ts';
import { openTransport } from '../../../src/push/transport/open-transport.ts';
import type { PushMessage, PushSender, PushTarget, SendOrder } from '../../../src/push/types.ts';
import { loadVapidKeys } from '../../../src/push/vapid/vapid-keys.ts';
import { createVapid } from '../../../src/push/vapid/vapid-headers.ts';
import { startPushService, type PushService } from '../../support/push-service/start.ts';
import type { Fault } from '../../support/push-service/faults.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const message: PushMessage = {
  payload: Buffer.from(
    JSON.stringify({ web_push: 8030, notification: { title: 'عاجل: تجربة', dir: 'rtl' } }),
  ),
  ttl: 3600,
  urgency: 'high',
  collapseKey: 'a'.repeat(32),
};
let services: PushService[];
let sender: PushSender;
let dataDir: string;

beforeEach(async () => {
  services = await Promise.all([startPushService(), startPushService()]);
  dataDir = await mkdtemp(join(tmpdir(), 'ajil-push-'));
  const keys = await loadVapidKeys({ dataDir, publicKey: undefined, privateKey: undefined });
  const policy = createEndpointPolicy({ extraOrigins: services.map((service) => service.origin) });
  const metrics = createMetrics('test');
  sender = openSender({
    transport: openTransport({
      ca: services.map((service) => service.ca).join(''),
      lookup: policy.lookup,
      logger,
      metrics,
    }),
    vapid: createVapid({ keys, subject: 'mailto:desk@news.example' }),
    policy,
    metrics,
    logger,
  });
});

afterEach(async () => {
  await sender.close(100);
  await Promise.all(services.map((service) => service.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

const service = (index: number): PushService => services[index] as PushService;

async function readersOf(from: PushService, count: number): Promise<PushTarget[]> {
  const subscriptions = await from.createSubscriptions(count);
  return subscriptions.map(({ endpoint, keys }) => ({
    endpoint,
    p256dh: Buffer.from(keys.p256dh, 'base64url'),
    auth: Buffer.from(keys.auth, 'base64url'),
  }));
}

const sendAll = (readers: readonly PushTarget[], order?: SendOrder) =>
  readers.map((reader) => sender.send(reader, message, order));

test('each reader gets a message that only this reader’s browser can decrypt', async () => {
  const readers = await readersOf(service(0), 300);
  const answers = await Promise.all(sendAll(readers));
  expect(answers.every((answer) => answer.type === 'accepted')).toBe(true);
  for (const { endpoint } of readers) {
    const received = await service(0).received(endpoint);
    expect(received.map(({ payload }) => payload)).toEqual([message.payload.toString()]);
  }
  expect((await service(0).totals()).refusals).toEqual([]);
});

test('answers of a real service come out as the table says', async () => {
  const readers = await readersOf(service(0), 6);
  const ask = async (fault?: Omit<Extract<Fault, { type: 'answer' }>, 'type'>) => {
    const reader = readers.pop() as PushTarget;
    const where = { endpoints: [reader.endpoint] };
    if (fault !== undefined) await service(0).addFault({ ...fault, type: 'answer', where });
    return sender.send(reader, message);
  };
  expect(await ask()).toEqual({ type: 'accepted', status: 201 });
  expect(await ask({ status: 410 })).toEqual({ type: 'gone', status: 410 });
  expect(await ask({ status: 413, reason: 'TooLarge' })).toEqual({
    type: 'rejected',
    status: 413,
    reason: 'TooLarge',
  });
  expect(await ask({ status: 503, retryAfter: 'seconds', forMs: 9000 })).toMatchObject({
    type: 'retry',
    reason: 'unavailable',
    afterMs: 9000,
  });
  expect(await ask({ status: 403 })).toMatchObject({ type: 'retry', reason: 'unauthorized' });
  const elsewhere = (await readersOf(service(1), 1))[0]?.endpoint ?? '';
  expect(await ask({ status: 302, location: elsewhere })).toMatchObject({ type: 'rejected' });
  expect((await service(1).totals()).requests).toBe(0);
});

test('a service that answers nobody delays nobody else', async () => {
  await service(0).addFault({ type: 'stall' });
  const stalled = sendAll(await readersOf(service(0), 200));
  const answers = await Promise.all(sendAll(await readersOf(service(1), 200)));
  expect(answers.every((answer) => answer.type === 'accepted')).toBe(true);
  const pending = Symbol('pending');
  expect(await Promise.race([...stalled, Promise.resolve(pending)])).toBe(pending);
  await sender.close(0);
  const reasons = (await Promise.all(stalled)).map((answer) => answer.type === 'retry' && answer.reason);
  expect(new Set(reasons)).toEqual(new Set(['closing']));
});

test('a service that is not there is an answer at once', async () => {
  const [target] = await readersOf(service(0), 1);
  await service(0).stop();
  expect(await sender.send(target as PushTarget, message)).toMatchObject({
    type: 'retry',
    reason: 'connection',
    attempted: false,
  });
  services.shift();
});

test('a service that is new to us gets 32 messages at once, not all of them', async () => {
  await service(0).addFault({ type: 'stall' });
  void sendAll(await readersOf(service(0), 100));
  await expect.poll(async () => (await service(0).totals()).requests).toBe(32);
  // Time enough for a 33rd to come over another connection.
  await Promise.all(sendAll(await readersOf(service(1), 20)));
  expect((await service(0).totals()).requests).toBe(32);
});

test('a message of a lower rank overtakes thousands that wait for the same service', async () => {
  await service(0).addFault({ type: 'latency', ms: 20 });
  const order = (rank: SendOrder['rank']): SendOrder => ({ rank, stopped: false });
  const normal = sendAll(await readersOf(service(0), 4000), order(2));
  let normalDone = 0;
  for (const answer of normal) void answer.then(() => normalDone++);
  await Promise.race(normal);
  const flash = await Promise.all(sendAll(await readersOf(service(0), 10), order(0)));
  expect(flash.every((answer) => answer.type === 'accepted')).toBe(true);
  expect(normalDone).toBeLessThan(2000);
  expect((await Promise.all(normal)).every((answer) => answer.type === 'accepted')).toBe(true);
});

test('what is withdrawn is not sent any more, whether it waits in the lane or for a stream', async () => {
  await service(0).addFault({ type: 'latency', ms: 50 });
  const order: SendOrder = { rank: 1, stopped: false };
  const other = sendAll(await readersOf(service(0), 5));
  const answers = sendAll(await readersOf(service(0), 3000), order);
  await Promise.race(answers);
  sender.withdraw(order);
  const { requests } = await service(0).totals();
  const stopped = (await Promise.all(answers)).filter((answer) => answer.type === 'retry');
  expect(new Set(stopped.map(({ reason }) => reason))).toEqual(new Set(['stopped']));
  expect((await Promise.all(other)).every((answer) => answer.type === 'accepted')).toBe(true);
  const totals = await service(0).totals();
  expect(totals.posts).toBe(3005 - stopped.length);
  // What was on the wire at that moment, and no more.
  expect(totals.requests - requests).toBeLessThanOrEqual(1000);
  expect(stopped.length).toBeGreaterThan(1000);
  expect(await sender.send((await readersOf(service(0), 1))[0] as PushTarget, message, order)).toMatchObject({
    reason: 'stopped',
  });
});
