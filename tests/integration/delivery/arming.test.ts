import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createKeyings, type Keyings } from '../../../src/audience/keyings.ts';
import { createSelection, type Member } from '../../../src/audience/selection.ts';
import { SHARDS } from '../../../src/audience/shard.ts';
import { startArmer, type ArmerDeps } from '../../../src/delivery/arming/armer.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import {
  openDeliveryWorld,
  VAPID_KEY_ID,
  type DeliveryProcess,
  type DeliveryWorld,
} from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

let world: DeliveryWorld;
let process: DeliveryProcess;
let keyings: Keyings;
let armers: { close(): Promise<void> }[] = [];
let made = 0;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  process = world.openProcess();
  keyings = createKeyings(world);
  made = 0;
});
afterEach(async () => {
  await Promise.all(armers.map((armer) => armer.close()));
  armers = [];
  await world.close();
});

function start(over: Partial<ArmerDeps> = {}): void {
  const armer = startArmer({
    keyings,
    selection: createSelection({ redis: world.redis, addresses: world.addresses, now: world.now }),
    channels: process.channels,
    outbox: world.alerts.outbox,
    isBusy: () => process.sending.isBusy(),
    claim: () => Promise.resolve(true),
    hasRoom: () => Promise.resolve(true),
    onMade: (count) => (made += count),
    logger: createLogger({ level: 'silent', role: 'test' }),
    now: world.now,
    everyMs: 20,
    ...over,
  });
  armers.push(armer);
}

const allArmed = (): Promise<void> =>
  vi.waitFor(
    async () => {
      const { proven } = await world.subscriptions.standings();
      expect(await keyings.armed()).toBe(proven);
    },
    { timeout: 20_000, interval: 20 },
  );

/** The keyings of the messages since `from`; each of them must be another. */
function keyingsSince(from: number): string[] {
  const used = world.service
    .messages()
    .slice(from)
    .flatMap(({ keying }) => keying ?? []);
  expect(new Set(used).size).toBe(used.length);
  return used;
}

test('who is armed gets a message with what was made ahead, once; and is armed again', async () => {
  await world.subscribe(500);
  start();
  await allArmed();
  expect(made).toBe(500);
  await world.acceptAndFanOut();
  await process.work();
  expect(keyingsSince(0)).toHaveLength(500);
  expect(world.service.totals().taken).toBe(500);
  await allArmed();
  await world.acceptAndFanOut();
  await process.work();
  expect(keyingsSince(0)).toHaveLength(1000);
});

test('without an armer, and after all keyings are used, messages leave as before', async () => {
  await world.subscribe(100);
  start();
  await allArmed();
  await armers[0]?.close();
  for (let alert = 0; alert < 2; alert++) {
    await world.acceptAndFanOut();
    await process.work();
  }
  expect(keyingsSince(0)).toHaveLength(100);
  expect(world.service.totals().taken).toBe(200);
});

test('a keying is for one attempt: what is tried again is encrypted anew', async () => {
  await world.subscribe(100);
  start();
  await allArmed();
  await armers[0]?.close();
  world.service.answer = (_, request) => (request === 1 ? UNAVAILABLE : ACCEPTED);
  const version = await world.acceptAndFanOut();
  await process.work();
  await world.finish(version, process);
  expect(world.service.totals()).toMatchObject({ requests: 200, taken: 100 });
  expect(keyingsSince(0)).toHaveLength(100);
});

test('a worker that dies between taking and sending costs speed alone', async () => {
  await world.subscribe(300);
  start();
  await allArmed();
  await armers[0]?.close();
  const dying = world.openProcess({
    keyings: {
      take: async (shard, slots) => {
        const taken = await keyings.take(shard, slots);
        dying.die();
        return taken;
      },
    },
  });
  const version = await world.acceptAndFanOut();
  const [batch = ''] = world.jobs.ids();
  const job = world.jobs.get(batch);
  void dying.run(batch).catch(() => undefined);
  await vi.waitFor(async () => expect(await keyings.armed()).toBeLessThan(300));
  world.jobs.put(batch, job, world.now());
  await process.work();
  await world.finish(version, process);
  expect((await world.report(version)).outcomes).toMatchObject({ accepted: 300, pending: 0 });
  expect(keyingsSince(0).length).toBeLessThan(300);
});

test('keys that a browser has changed are not sent what was made for the old ones', async () => {
  await world.subscribe(1);
  start();
  await allArmed();
  await armers[0]?.close();
  const { endpoint, auth } = (await someone()).address;
  const p256dh = Buffer.concat([Buffer.of(4), randomBytes(64)]);
  const address = { endpoint, auth, p256dh, vapidKeyId: VAPID_KEY_ID };
  await world.subscriptions.putAll([{ address, preferences: { topics: ['world'], urgency: 'normal' } }]);
  await world.acceptAndFanOut();
  await process.work();
  expect(world.service.totals().taken).toBe(1);
  expect(keyingsSince(0)).toEqual([]);
});

test('while an alert is fresh and not finished, nobody arms; nor while this process sends', async () => {
  await world.subscribe(200);
  const version = await world.accept();
  let busy = false;
  const isBusy = vi.fn(() => busy);
  const newestAt = vi.fn(() => world.alerts.outbox.newestAt());
  start({ isBusy, outbox: { newestAt } });
  // Not finished, and 29 seconds old.
  world.advance(29_000);
  await vi.waitFor(() => expect(newestAt.mock.calls.length).toBeGreaterThan(3));
  busy = true;
  world.advance(2000);
  const looked = isBusy.mock.calls.length;
  await vi.waitFor(() => expect(isBusy.mock.calls.length).toBeGreaterThan(looked + 3));
  expect(made).toBe(0);
  busy = false;
  await allArmed();
  expect(await world.isUnfinished(version)).toBe(true);
});

test(
  'several armers at once, and alerts in between: no keying is used twice',
  { timeout: 60_000 },
  async () => {
    await world.subscribe(1000);
    for (let armer = 0; armer < 3; armer++) start();
    for (let alert = 0; alert < 6; alert++) {
      const version = await world.acceptAndFanOut();
      await process.work();
      await world.finish(version, process);
      if (alert % 2 === 0) await allArmed();
    }
    expect(world.service.totals().taken).toBe(6000);
    expect(keyingsSince(0).length).toBeGreaterThanOrEqual(3000);
  },
);

test('where Redis has no room, nobody is armed, and everything else works', async () => {
  await world.subscribe(10);
  start({ hasRoom: () => Promise.resolve(false) });
  await world.acceptAndFanOut();
  await process.work();
  expect(world.service.totals().taken).toBe(10);
  expect(made).toBe(0);
});

async function someone(): Promise<Member> {
  const selection = createSelection({ redis: world.redis, addresses: world.addresses, now: world.now });
  const first = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => (await selection.read(shard, [0])).members),
  );
  return first.flat()[0]!;
}
