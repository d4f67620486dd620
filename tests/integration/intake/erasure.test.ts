import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateVAPIDKeys } from 'web-push';
import { keys } from '../../../src/redis/keys.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { startCli } from '../../support/cli.ts';
import { aGhostPost, ghostHook, ghostSignature } from '../../support/ghost.ts';
import { aSuperdeskItem, push } from '../../support/sources.ts';

const SECRET = 'the-secret-of-the-source';
const vapid = generateVAPIDKeys();
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  for (const [id, type] of [
    ['wire', 'superdesk'],
    ['blog', 'ghost'],
  ] as const) {
    await api.call('PUT', `/v1/sources/${id}`, {
      key: api.keys.admin,
      body: { type, mode: 'send', secret: SECRET, topics: { default: 'world' } },
    });
  }
});
afterAll(() => api.close());

const erase = (id: string) =>
  startCli(
    { REDIS_URL: api.redis.url, VAPID_PUBLIC_KEY: vapid.publicKey, VAPID_PRIVATE_KEY: vapid.privateKey },
    ['alerts', 'erase', id],
  ).ended;

/** Everything that Redis holds of intake, as one text. */
async function everything(): Promise<string> {
  const { redis } = api.deps;
  const parts = await Promise.all(
    (await redis.keys('*')).map(async (key) => {
      const type = await redis.type(key);
      if (type === 'string') return redis.get(key);
      if (type === 'list') return redis.lrange(key, 0, -1);
      return type === 'hash' ? redis.hgetall(key) : [];
    }),
  );
  return JSON.stringify(parts);
}

test('what a source sent of an erased alert is erased as well: of each of its items, and in the list of what came', async () => {
  const item = aSuperdeskItem({ headline: 'اسم محمي في الخبر', body_html: '<p>تفاصيل محمية</p>' });
  const other = aSuperdeskItem({ headline: 'خبر يبقى' });
  const { alertId } = (await push(api, 'wire', item, { secret: SECRET })).body;
  await push(api, 'wire', other, { secret: SECRET });
  const rewrite = aSuperdeskItem({ evolvedfrom: item.guid, headline: 'اسم محمي مرة أخرى' });
  await push(api, 'wire', rewrite, { secret: SECRET });
  for (const text of ['اسم محمي', 'تفاصيل محمية']) expect(await everything()).toContain(text);
  expect((await erase(alertId)).code).toBe(0);
  const after = await everything();
  for (const text of ['اسم محمي', 'تفاصيل محمية']) expect(after).not.toContain(text);
  expect(after).toContain('خبر يبقى');
  const { body } = await api.call('GET', '/v1/sources/wire/items', { key: api.keys.author });
  expect(body.items.map(({ headline }: { headline: string }) => headline)).toEqual(['—', 'خبر يبقى', '—']);
  // The item is known all the same: nothing comes of it again.
  const later = { ...item, version: '9', headline: 'نسخة لاحقة' };
  expect((await push(api, 'wire', later, { secret: SECRET })).body).toMatchObject({ action: 'ignored' });
  expect((await erase(alertId)).code).toBe(0);
});

test('a text that waits for its page is let go with the alert', async () => {
  const post = aGhostPost({ title: 'عنوان محمي في المدوّنة' });
  const send = (body: string) =>
    api.call('POST', '/v1/intake/blog', {
      body,
      headers: { 'X-Ghost-Signature': ghostSignature(body, SECRET) },
    });
  await send(ghostHook(post));
  const [wait] = await api.waits.all();
  const source = await api.sources.get('blog');
  if (wait === undefined || source === undefined) throw new Error('nothing waits');
  const [taken] = await api.taking.take(source, { items: [wait.wait.item] });
  expect((await erase(taken?.alertId ?? '')).code).toBe(0);
  expect(await api.deps.redis.hlen(keys.pageWaits)).toBe(0);
  expect(await everything()).not.toContain('عنوان محمي');
});
