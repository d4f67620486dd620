import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webPush from 'web-push';
import { newAlertId } from '../../../src/alerts/id.ts';
import type { Channel } from '../../../src/channels/channel.ts';
import { createWebPush } from '../../../src/channels/web-push/web-push.ts';
import { openCanaryReceiver, type CanaryReceiver } from '../../../src/delivery/canary/receiver.ts';
import { sendCanary } from '../../../src/delivery/canary/send-canary.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { createEndpointPolicy } from '../../../src/push/endpoint/endpoint-policy.ts';
import { openSender } from '../../../src/push/sender.ts';
import { openTransport } from '../../../src/push/transport/open-transport.ts';
import type { PushSender } from '../../../src/push/types.ts';
import { parseVapidKeys } from '../../../src/push/vapid/parse-vapid-keys.ts';
import { createVapid } from '../../../src/push/vapid/vapid-headers.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
let server: TestRedis;
let redis: Redis;
let receiver: CanaryReceiver;
let sender: PushSender;
let channel: Channel;
beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'command', logger);
  await waitUntilReady(redis);
  const vapid = parseVapidKeys(webPush.generateVAPIDKeys(), 'keys');
  receiver = await openCanaryReceiver({ vapid, now: Date.now });
  const policy = createEndpointPolicy({ extraOrigins: [receiver.origin] });
  const metrics = createMetrics('test');
  sender = openSender({
    transport: openTransport({ ca: receiver.ca, lookup: policy.lookup, logger, metrics }),
    vapid: createVapid({ keys: vapid, subject: 'mailto:desk@news.example' }),
    policy,
    metrics,
    logger,
  });
  const brake = { note: () => undefined, mayRemove: () => true };
  const publicUrl = 'https://news.example';
  channel = createWebPush({ sender, policy, brake, vapidKeyId: vapid.keyId, publicUrl });
});
afterAll(async () => {
  await sender.close(100);
  await receiver.close();
  await closeRedis(redis);
  await server.stop();
});

/** What a worker writes down of a run that it sends to this receiver, by this channel. */
async function resultOf(at: Pick<CanaryReceiver, 'address' | 'take'>, by = channel): Promise<unknown> {
  const run = newAlertId(Date.now());
  const job = { run, at: Date.now() };
  await sendCanary({ redis, channels: { of: () => by }, receiver: at, now: Date.now }, job);
  return JSON.parse((await redis.get(keys.canaryPush(run))) ?? 'null');
}

test('a run comes through when its own message arrives and can be read', async () => {
  expect(await resultOf(receiver)).toEqual({ ms: expect.any(Number) });
});

test('a message that the device could not decrypt is a failure', async () => {
  const { take, address } = receiver;
  const other = { take, address: { ...address, auth: randomBytes(16) } };
  expect(await resultOf(other)).toEqual({ fault: 'the message cannot be decrypted' });
});

test('what was accepted and did not arrive, or is of another run, is a failure', async () => {
  const fault = { fault: 'another message arrived than was sent' };
  const silent: Channel = {
    ...channel,
    compose: () => ({ send: () => Promise.resolve({ type: 'accepted' }) }),
  };
  expect(await resultOf(receiver, silent)).toEqual(fault);
  const earlier: Channel = {
    ...channel,
    compose: (alert) => channel.compose({ ...alert, id: newAlertId(Date.now() - 60_000) }),
  };
  expect(await resultOf(receiver, earlier)).toEqual(fault);
});
