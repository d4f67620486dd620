import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeOf, subscriptionId } from '../../../src/audience/shard.ts';
import type { Retirement } from '../../../src/delivery/sending/deps.ts';
import type { PushAnswer } from '../../../src/push/types.ts';
import { keys } from '../../../src/redis/keys.ts';
import {
  openDeliveryWorld,
  VAPID_KEY_ID,
  type DeliveryProcess,
  type DeliveryWorld,
} from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const GONE: PushAnswer = { type: 'gone', status: 410 };
const REJECTED: PushAnswer = { type: 'rejected', status: 400, reason: 'refused' };
const UNAUTHORIZED: PushAnswer = { type: 'retry', reason: 'unauthorized', afterMs: 30_000, attempted: true };
const THROTTLED: PushAnswer = { type: 'retry', reason: 'throttled', afterMs: 300_000, attempted: true };

let world: DeliveryWorld;
let process: DeliveryProcess;
let retired: Retirement[];
let noted: string[];
let mayRemove: boolean;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  retired = [];
  noted = [];
  mayRemove = true;
  process = world.openProcess({
    brake: { note: (_provider, { type }) => void noted.push(type), mayRemove: () => mayRemove },
    onRetired: (reason) => void retired.push(reason),
  });
});
afterEach(() => world.close());

const isUnproven = (endpoint: string): boolean => endpoint.includes('/unproven/');
/** An alert to everybody, until nothing is left to be done. */
async function alert() {
  const version = await world.acceptAndFanOut();
  await world.finish(version, process, 30_000);
  return (await world.report(version)).outcomes;
}

test('unproven subscriptions are not in the batches of the others, and come after them', async () => {
  await world.subscribe(50);
  await world.subscribeUnproven(200);
  const version = await world.acceptAndFanOut();
  const ids = world.jobs.ids();
  const apart = ids.filter((id) => id.startsWith('u'));
  for (const id of ids.filter((one) => !apart.includes(one))) await process.run(id);
  expect(world.service.messages().filter(({ endpoint }) => isUnproven(endpoint))).toEqual([]);
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: 50, pending: 200 });
  for (const id of apart) await process.run(id);
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: 250, pending: 0 });
});

test('a fan-out that is run again sets the same apart, once', async () => {
  await world.subscribe(20);
  await world.subscribeUnproven(40);
  const version = await world.acceptAndFanOut();
  await world.fanOut(version);
  world.advance(1000);
  await process.work();
  await world.fanOut(version);
  world.advance(1000);
  await process.work();
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: 60, pending: 0 });
  expect(world.service.totals()).toMatchObject({ requests: 60, repeated: 0 });
});

test('a subscription is proven once its push service has accepted a message', async () => {
  await world.subscribeUnproven(30);
  await alert();
  const version = await world.acceptAndFanOut();
  expect(world.jobs.ids().every((id) => id.startsWith(version.alertId))).toBe(true);
  await world.finish(version, process);
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: 30 });
});

test.each([
  ['refused with 403', UNAUTHORIZED, 'never-accepted', 3],
  ['rejected with 400', REJECTED, 'never-accepted', 3],
  ['unavailable until the alert expires', UNAVAILABLE, 'never-accepted', 3],
  ['throttled until the alert expires', THROTTLED, 'never-accepted', 3],
  ['gone, though the brake holds', GONE, 'gone', 1],
] as const)(
  'an unproven subscription that is %s is removed by rule, and tells the brake nothing',
  async (_name, answer, reason, alerts) => {
    const endpoints = await world.subscribeUnproven(12);
    await world.subscribe(12);
    mayRemove = false;
    world.service.answer = (endpoint) => (isUnproven(endpoint) ? answer : ACCEPTED);
    for (let count = 0; count < alerts; count++) {
      expect(retired).toEqual([]);
      const { accepted, pending } = await alert();
      expect({ accepted, pending }).toEqual({ accepted: 12, pending: 0 });
    }
    expect(retired).toEqual(endpoints.map(() => reason));
    expect(await world.subscriptions.count()).toBe(12);
    expect(noted).toEqual([]);
  },
);

test('a new reader whose push service was in trouble at first stays, and is proven later', async () => {
  await world.subscribeUnproven(5);
  world.service.answer = () => UNAVAILABLE;
  await alert();
  await alert();
  world.service.answer = () => ACCEPTED;
  expect(await alert()).toMatchObject({ accepted: 5 });
  world.service.answer = () => UNAVAILABLE;
  await alert();
  await alert();
  await alert();
  expect(retired).toEqual([]);
  expect(await world.subscriptions.count()).toBe(5);
});

test('a proven subscription that another key was made for costs three requests an alert, and is retired by the fifth', async () => {
  await world.subscribe(10);
  world.service.answer = (endpoint) => (endpoint.endsWith('/0') ? UNAUTHORIZED : ACCEPTED);
  const { accepted, failed } = await alert();
  expect({ accepted, failed }).toEqual({ accepted: 9, failed: 1 });
  expect(world.service.totals().requests).toBe(9 + 3);
  for (let count = 0; count < 3; count++) await alert();
  expect(await world.subscriptions.count()).toBe(10);
  await alert();
  expect(retired).toEqual(['refused']);
  expect(noted).toEqual(['gone']);
  expect(await world.subscriptions.count()).toBe(9);
});

test('while the brake holds, a proven subscription that is refused stays', async () => {
  await world.subscribe(4);
  mayRemove = false;
  world.service.answer = () => REJECTED;
  for (let count = 0; count < 7; count++) await alert();
  expect(retired).toEqual([]);
  expect(await world.subscriptions.count()).toBe(4);
});

test('a shard that holds as many unproven subscriptions as it may takes proven ones only', async () => {
  const [endpoint = ''] = await world.subscribeUnproven(1);
  const shard = placeOf(subscriptionId(endpoint))?.shard ?? 0;
  await world.subscriptions.erase(subscriptionId(endpoint));
  await world.redis.hset(keys.shard(shard, 'meta'), 'unproven', 2048);
  const one = { endpoint, p256dh: Buffer.alloc(65, 4), auth: Buffer.alloc(16, 1), vapidKeyId: VAPID_KEY_ID };
  const preferences = { topics: ['world'], urgency: 'flash' as const };
  expect(await world.subscriptions.put(one, preferences)).toEqual({ type: 'full' });
  expect(await world.subscriptions.putAll([{ address: one, preferences }])).toEqual(['created']);
  // It is there now, and stays changeable.
  expect(await world.subscriptions.put(one, preferences)).toMatchObject({ type: 'updated' });
});

test('what the browser changes keeps its standing; what the operator imports is proven', async () => {
  const [endpoint = ''] = await world.subscribeUnproven(1);
  const unproven = async (): Promise<number> => {
    const version = await world.acceptAndFanOut();
    const count = world.jobs.ids().filter((id) => id.startsWith('u')).length;
    world.jobs.clear();
    await world.alerts.abort(version.alertId);
    return count;
  };
  expect(await unproven()).toBe(1);
  const preferences = { topics: ['world', 'sport'], urgency: 'flash' as const };
  const auth = Buffer.alloc(16, 1);
  const one = { endpoint, p256dh: Buffer.alloc(65, 4), auth, vapidKeyId: VAPID_KEY_ID };
  await world.subscriptions.erase(subscriptionId(endpoint));
  expect(await world.subscriptions.put(one, preferences)).toMatchObject({ type: 'created' });
  expect(await world.subscriptions.put(one, { ...preferences, urgency: 'normal' })).toMatchObject({
    type: 'updated',
  });
  expect(
    await world.subscriptions.patch(subscriptionId(endpoint), auth, { topics: ['world'] }),
  ).toMatchObject({
    subscription: { preferences: { topics: ['world'], urgency: 'normal' } },
  });
  expect(await unproven()).toBe(1);
  await world.subscriptions.putAll([{ address: one, preferences: { ...preferences, urgency: 'normal' } }]);
  expect(await unproven()).toBe(0);
});
