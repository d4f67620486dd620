import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { createEndpointPolicy } from '../../../src/push/endpoint-policy.ts';
import { openSender } from '../../../src/push/sender.ts';
import { openTransport } from '../../../src/push/transport/open-transport.ts';
import type { PushAnswer, PushMessage, PushSender } from '../../../src/push/types.ts';
import { loadVapidKeys } from '../../../src/push/vapid-keys.ts';
import { createVapid } from '../../../src/push/vapid.ts';
import { collapseKeyOf, startPushService, type TestPushService } from '../../support/push-service.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const message: PushMessage = {
  payload: Buffer.from(
    JSON.stringify({ web_push: 8030, notification: { title: 'عاجل: تجربة', dir: 'rtl' } }),
  ),
  ttl: 3600,
  urgency: 'high',
  collapseKey: collapseKeyOf('alert'),
};
let services: TestPushService[];
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
  await Promise.all(services.map((service) => service.close()));
  await rm(dataDir, { recursive: true, force: true });
});

const service = (index: number): TestPushService => services[index] as TestPushService;
const sendMany = (to: TestPushService, count: number): Promise<PushAnswer>[] =>
  Array.from({ length: count }, (_, index) => sender.send(to.subscribe(`reader ${index}`), message));

test('each reader gets a message that only this reader’s browser can decrypt', async () => {
  const answers = await Promise.all(sendMany(service(0), 300));
  expect(answers.every((answer) => answer.type === 'accepted')).toBe(true);
  const { received } = service(0);
  expect(new Set(received.map((push) => push.name)).size).toBe(300);
  expect(new Set(received.map((push) => push.text))).toEqual(new Set([message.payload.toString()]));
  expect(new Set(received.map((push) => push.headers.authorization)).size).toBe(1);
});

test('answers of a real service come out as the table says', async () => {
  service(0).answerWith(({ name }) => JSON.parse(name) as { status: number });
  const ask = (answer: object) => sender.send(service(0).subscribe(JSON.stringify(answer)), message);
  expect(await ask({ status: 201 })).toEqual({ type: 'accepted', status: 201 });
  expect(await ask({ status: 410 })).toEqual({ type: 'gone', status: 410 });
  expect(await ask({ status: 413, body: '{"reason":"TooLarge"}' })).toEqual({
    type: 'rejected',
    status: 413,
    reason: 'TooLarge',
  });
  expect(await ask({ status: 503, headers: { 'retry-after': '9' } })).toMatchObject({
    type: 'retry',
    reason: 'unavailable',
    afterMs: 9000,
  });
  expect(await ask({ status: 403 })).toMatchObject({ type: 'retry', reason: 'unauthorized' });
  expect(await ask({ status: 302, headers: { location: `${service(1).origin}/push/x` } })).toMatchObject({
    type: 'rejected',
  });
  expect(service(1).received).toHaveLength(0);
});

test('a service that answers nobody delays nobody else', async () => {
  service(0).answerWith(() => undefined);
  const stalled = sendMany(service(0), 200);
  const answers = await Promise.all(sendMany(service(1), 200));
  expect(answers.every((answer) => answer.type === 'accepted')).toBe(true);
  const pending = Symbol('pending');
  expect(await Promise.race([...stalled, Promise.resolve(pending)])).toBe(pending);
  await sender.close(0);
  const reasons = (await Promise.all(stalled)).map((answer) => answer.type === 'retry' && answer.reason);
  expect(new Set(reasons)).toEqual(new Set(['closing']));
});

test('a service that is not there is an answer at once', async () => {
  const target = service(0).subscribe('reader');
  await service(0).close();
  expect(await sender.send(target, message)).toMatchObject({
    type: 'retry',
    reason: 'connection',
    attempted: false,
  });
});

test('a service that is new to us gets 32 messages at once, not all of them', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let sent: Promise<PushAnswer>[] = [];
  await new Promise<void>((full) => {
    service(0).answerWith(async () => {
      if (service(0).received.length === 32) full();
      await gate;
      return { status: 201 };
    });
    sent = sendMany(service(0), 100);
  });
  // Time enough for a 33rd to come over another connection.
  await Promise.all(sendMany(service(1), 20));
  expect(service(0).mostAtOnce()).toBe(32);
  open();
  const answers = await Promise.all(sent);
  expect(answers.every((answer) => answer.type === 'accepted')).toBe(true);
});
