import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditLog } from '../../../src/editors/audit.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { aSubscription, anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { startCountingProxy, type CountingProxy } from '../../support/counting-proxy.ts';

let proxy: CountingProxy;
let api: TestApi;
/** As another process has it. */
let redis: Redis;

beforeAll(async () => {
  api = await startTestApi({
    redisUrl: async ({ url }) => {
      proxy = await startCountingProxy(url.replace('unix://', ''));
      return proxy.url;
    },
  });
  redis = connectRedis(api.redis.url, 'command', api.deps.logger);
  await waitUntilReady(redis);
});
afterAll(async () => {
  if (redis !== undefined) await closeRedis(redis);
  await api?.close();
  await proxy?.close();
});

const TRIES = 3;

/** How often a request waits for Redis, one wait after the other. The least of a few tries: a busy machine may answer in two parts. */
async function waitsOf(request: () => Promise<Answer>, status: number): Promise<number> {
  const counts: number[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = proxy.waits();
    expect(await request()).toMatchObject({ status });
    counts.push(proxy.waits() - before);
    // What goes on after the answer must not count for the next.
    for (let seen = -1; seen !== proxy.waits(); await new Promise((later) => setTimeout(later, 100))) {
      seen = proxy.waits();
    }
  }
  return Math.min(...counts);
}

const post = (fields = {}, headers = {}): Promise<Answer> =>
  api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert(fields), headers });

test('an alert waits for Redis twice: for its editor, and for the disk', async () => {
  await post();
  let key = 0;
  expect(await waitsOf(() => post({}, { 'Idempotency-Key': `key ${(key += 1)}` }), 201)).toBe(2);
});

test('after another process wrote into the audit log as well', async () => {
  await post();
  const audit = createAuditLog({ redis, now: Date.now, key: Buffer.alloc(32, 1) });
  const elsewhere = async (): Promise<Answer> => {
    await audit.append({ editorId: 'other', action: 'other.thing', target: 'other' });
    return post();
  };
  expect(await waitsOf(elsewhere, 201)).toBe(2);
});

test('a subscription waits for Redis twice: for the bounds, and for the disk', async () => {
  const subscribe = (): Promise<Answer> =>
    api.call('POST', '/v1/subscriptions', {
      body: { subscription: aSubscription(), topics: ['world'], urgency: 'normal' },
    });
  await subscribe();
  expect(await waitsOf(subscribe, 201)).toBe(2);
});

test('an alert of a story waits twice as well, once the process knows the story', async () => {
  const { body: story } = await api.call('POST', '/v1/stories', {
    key: api.keys.author,
    body: { name: 'الانتخابات', lang: 'ar' },
  });
  await post({ story: story.id });
  expect(await waitsOf(() => post({ story: story.id }), 201)).toBe(2);
});

test('a later version waits twice: the version before it is read while its editor is looked up', async () => {
  const { body } = await post();
  const update = (): Promise<Answer> =>
    api.call('POST', `/v1/alerts/${body.id}/versions`, {
      key: api.keys.author,
      body: { ...anAlert(), topics: undefined, lang: undefined, change: 'update' },
    });
  expect(await waitsOf(update, 201)).toBe(2);
});
