import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportSubscriptions } from '../../../src/audience/export.ts';
import { importSubscriptions, NOTHING_IMPORTED } from '../../../src/audience/import.ts';
import { subscriptionId } from '../../../src/audience/shard.ts';
import { aSubscription, startTestApi } from '../../support/api.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { reader } from '../../support/readers.ts';
import { ACCEPTED, COME_AGAIN, createStub, type Stub } from '../../support/stub-channel/stub.ts';

let stub: Stub;
let world: DeliveryWorld;

beforeEach(async () => {
  stub = createStub();
  world = await openDeliveryWorld(undefined, [stub]);
});
afterEach(() => world.close());

const preferences = { topics: ['world'], urgency: 'normal' as const };

/** Devices of the second channel that the operator vouches for. */
const subscribeStubs = (...names: string[]): Promise<unknown> =>
  world.subscriptions.putAll(
    names.map((name) => ({ address: { endpoint: `stub:${name}`, auth: randomBytes(16) }, preferences })),
  );

async function exported(): Promise<string[]> {
  const lines: string[] = [];
  for await (const part of exportSubscriptions(world)) lines.push(...part.lines);
  return lines.sort();
}

test('an alert reaches the readers of both channels: retries, removals and the report know no channel', async () => {
  await world.subscribe(3);
  await subscribeStubs('takes', 'comes-again', 'gone', 'refuses');
  stub.answer = (endpoint, request) => {
    if (endpoint === 'stub:gone') return { type: 'gone' };
    if (endpoint === 'stub:refuses') return { type: 'rejected' };
    return endpoint === 'stub:comes-again' && request < 3 ? COME_AGAIN : ACCEPTED;
  };
  const version = await world.acceptAndFanOut();
  await world.finish(version, world.openProcess());
  expect(await world.report(version)).toMatchObject({
    audience: 7,
    outcomes: { pending: 0, accepted: 5, gone: 1, rejected: 1, failed: 0, expired: 0 },
  });
  expect(world.service.totals()).toMatchObject({ requests: 3, taken: 3 });
  expect(stub.messages.map(({ endpoint }) => endpoint).sort()).toEqual(
    ['comes-again', 'comes-again', 'comes-again', 'gone', 'refuses', 'takes'].map((name) => `stub:${name}`),
  );
  for (const { text } of stub.messages) expect(text).toMatch(/^عاجل 1 [\w-]{10,}$/);
  const left = await exported();
  expect([left.length, left.some((line) => line.includes('stub:gone'))]).toEqual([6, false]);
});

test('a device of the second channel subscribes, changes its mind and leaves by the same calls as a browser', async () => {
  const api = await startTestApi({ subscriptions: world.subscriptions, addresses: world.addresses });
  try {
    const post = (subscription: object) =>
      api.call('POST', '/v1/subscriptions', { body: { subscription, topics: ['world'] } });
    const auth = randomBytes(16).toString('base64url');
    const created = await post({ endpoint: 'stub:phone-1', auth });
    expect(created).toMatchObject({
      status: 201,
      body: { id: subscriptionId('stub:phone-1'), vapidKeyChanged: false },
    });
    expect((await post(aSubscription())).status).toBe(201);
    expect((await post({ endpoint: 'stub:phone-1', auth })).status).toBe(200);
    const another = randomBytes(16).toString('base64url');
    expect((await post({ endpoint: 'stub:phone-1', auth: another })).status).toBe(409);

    const pointers = async (subscription: object): Promise<unknown> => {
      const { status, body } = await post(subscription);
      return [status, body.type, body.errors.map(({ pointer }: { pointer: string }) => pointer)];
    };
    expect(await pointers({ endpoint: 'stub:phone-1', auth: 'short', keys: {} })).toEqual([
      422,
      expect.stringContaining('invalid-body'),
      ['/subscription/auth', '/subscription/keys'],
    ]);
    expect(await pointers({ endpoint: 'stub:Phone!', auth })).toEqual([
      422,
      expect.stringContaining('endpoint-not-allowed'),
      ['/subscription/endpoint'],
    ]);
    // What no channel knows is judged as a browser's.
    expect(await pointers({ ...aSubscription(), endpoint: 'stab:phone-1' })).toEqual([
      422,
      expect.stringContaining('endpoint-not-allowed'),
      ['/subscription/endpoint'],
    ]);

    const path = `/v1/subscriptions/${created.body.id}`;
    const headers = { Authorization: `Subscription ${auth}` };
    const patched = await api.call('PATCH', path, { headers, body: { urgency: 'urgent', dailyCap: 2 } });
    expect(patched).toMatchObject({ status: 200, body: { urgency: 'urgent', dailyCap: 2 } });

    const version = await world.acceptAndFanOut();
    await world.finish(version, world.openProcess());
    expect(stub.messages.map(({ endpoint }) => endpoint)).toEqual(['stub:phone-1']);
    expect(await world.report(version)).toMatchObject({ audience: 2, outcomes: { pending: 0 } });
    // It is proven now.
    expect((await world.subscriptions.standings()).proven).toBeGreaterThanOrEqual(1);

    expect((await api.call('DELETE', path, { headers })).status).toBe(204);
    expect((await api.call('GET', path, { headers })).status).toBe(404);
  } finally {
    await api.close();
  }
});

test('an export holds the readers of both channels, and its import makes the same of it', async () => {
  await world.subscriptions.putAll([reader(), reader({ lang: 'ar', dailyCap: 4 })]);
  await subscribeStubs('one', 'two');
  const before = await exported();
  expect(before).toHaveLength(4);
  await world.redis.flushall();

  const rules = { addresses: world.addresses, knownTopics: new Set(['world']), defaultTopics: ['world'] };
  const faults: [number, string][] = [];
  // The id of a VAPID key belongs to Web Push alone.
  const wrong = JSON.stringify({
    subscription: { endpoint: 'stub:three', auth: randomBytes(16).toString('base64url') },
    topics: ['world'],
    vapidKeyId: 'AAAAAA',
  });
  const file = (async function* () {
    yield Buffer.from([...before, wrong].join('\n'));
  })();
  const told = {
    progress: () => undefined,
    fault: (line: number, reason: string) => void faults.push([line, reason]),
  };
  const done = await importSubscriptions({ store: world.subscriptions, rules }, file, NOTHING_IMPORTED, told);
  expect(done).toMatchObject({ created: 4, faults: 1 });
  expect(faults).toEqual([[5, expect.stringContaining('vapidKeyId')]]);
  expect(await exported()).toEqual(before);
});

test('a worker that does not know the second channel sends the rest at once, and leaves its deliveries to one that does', async () => {
  await world.subscribe(300);
  await subscribeStubs(...Array.from({ length: 100 }, (_, index) => `phone-${index}`));
  const version = await world.acceptAndFanOut();
  const earlier = world.openProcess({ others: [] });
  for (let round = 0; round < 3; round++) {
    await world.keepHouse();
    await earlier.work();
    expect(stub.messages).toEqual([]);
    expect(await world.report(version)).toMatchObject({
      audience: 400,
      outcomes: { accepted: 300, pending: 100 },
    });
    world.advance(1000);
  }
  expect(await world.subscriptions.count()).toBe(400);

  await world.finish(version, world.openProcess());
  expect(await world.report(version)).toMatchObject({ outcomes: { pending: 0, accepted: 400 } });
  expect(stub.messages).toHaveLength(100);
  expect(world.service.totals()).toMatchObject({ taken: 300, takenAgain: 0 });
});
