import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPageLooks } from '../../../src/intake/pages/look-at-pages.ts';
import { keys } from '../../../src/redis/keys.ts';
import { startTestApi, type Answer, type TestApi } from '../../support/api.ts';
import { aGhostPost, ghostHook, ghostSignature, ghostTag } from '../../support/ghost.ts';
import { makeCertificate } from '../../support/tls.ts';

const SECRET = 'the-secret-of-the-ghost-webhook';

let api: TestApi;
let site: Server;
let origin: string;
/** Of the blog's pages. */
let status = 200;
let asked = 0;

beforeAll(async () => {
  const certificate = makeCertificate();
  site = createServer(certificate, (_request, response) => {
    asked += 1;
    response.writeHead(status, { 'Content-Type': 'text/html' }).end('<!doctype html><title>خبر</title>');
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  origin = `https://localhost:${(site.address() as AddressInfo).port}`;
  api = await startTestApi({ config: { allowedOrigins: [origin] }, articleCa: certificate.ca });
  await put('blog');
});
afterEach(() => {
  status = 200;
  asked = 0;
});
afterAll(async () => {
  await api.close();
  site.closeAllConnections();
  await new Promise((closed) => site.close(closed));
});

const put = (id: string, fields: object = {}): Promise<Answer> =>
  api.call('PUT', `/v1/sources/${id}`, {
    key: api.keys.admin,
    body: {
      type: 'ghost',
      mode: 'send',
      secret: SECRET,
      topics: { sport: 'sport', default: 'world' },
      urgencies: { none: 'urgent' },
      ...fields,
    },
  });
const send = (source: string, body: string, signature = ghostSignature(body, SECRET)): Promise<Answer> =>
  api.call('POST', `/v1/intake/${source}`, { body, headers: { 'X-Ghost-Signature': signature } });
const aPost = (fields: Record<string, unknown> = {}): ReturnType<typeof aGhostPost> & { url: string } => {
  const post = aGhostPost(fields);
  return { ...post, url: `${origin}/${String(post['slug'])}/` };
};
async function look(seconds = 0): Promise<void> {
  api.advance(seconds * 1000);
  await createPageLooks({ ...api, ...api.deps }).lookAtDue();
}
/** What became of the newest item. */
async function newest(source = 'blog') {
  const { body } = await api.call('GET', `/v1/sources/${source}/items?limit=1`, { key: api.keys.author });
  return body.items[0];
}
async function publish(fields: Record<string, unknown> = {}, source = 'blog') {
  const post = aPost(fields);
  expect(await send(source, ghostHook(post))).toMatchObject({ status: 202, body: { action: 'waiting' } });
  await look();
  const { alertId } = await newest(source);
  return { post, alertId: alertId as string };
}
const alert = async (id: string) =>
  (await api.call('GET', `/v1/alerts/${id}`, { key: api.keys.author })).body;
let minute = 0;
/** The post after an edit. */
const edited = (post: object, fields: object): Record<string, unknown> => {
  minute += 1;
  const updated_at = new Date(Date.parse('2026-11-29T09:00:00Z') + minute * 60_000).toISOString();
  return { ...post, updated_at, ...fields };
};
const edit = async (post: object, fields: object, source = 'blog') => {
  const now = edited(post, fields);
  await send(source, ghostHook(now, { updated_at: 'earlier' }));
  await look();
  return now;
};

test('a published post with the tag becomes one alert, however often Ghost tells of it', async () => {
  const { post, alertId } = await publish({ tags: ['#breaking', '#flash', 'Sport'].map(ghostTag) });
  expect(await alert(alertId)).toMatchObject({
    headline: post['title'],
    body: 'خلاصة الخبر.',
    url: post.url,
    urgency: 'flash',
    topics: ['sport'],
    status: 'sending',
    createdBy: 'source:blog',
  });
  await Promise.all(Array.from({ length: 5 }, () => send('blog', ghostHook(post))));
  await look();
  expect(await newest()).toMatchObject({ action: 'created', alertId });
  expect((await alert(alertId)).version).toBe(1);
});

test('a post without the tag makes nothing, and the desk is told why', async () => {
  await publish({ tags: [ghostTag('World')] });
  expect(await newest()).toMatchObject({
    action: 'ignored',
    why: { code: 'not-marked', values: { mark: '#breaking' } },
  });
});

test('no reader hears of a post before its public page answers 200', async () => {
  status = 404;
  const post = aPost();
  const before = (await newest()).at;
  await send('blog', ghostHook(post));
  await look();
  await look();
  expect(asked).toBe(1);
  await look(1);
  await look(2);
  expect(asked).toBe(3);
  expect((await newest()).at).toBe(before);
  status = 200;
  await look(4);
  expect(await newest()).toMatchObject({ action: 'created', headline: post['title'] });
  expect(await api.deps.redis.hlen(keys.pageWaits)).toBe(0);
});

test('of many processes one looks at a page', async () => {
  await send('blog', ghostHook(aPost()));
  await Promise.all(Array.from({ length: 5 }, () => look()));
  expect(asked).toBe(1);
});

test('a page that does not answer for half an hour is given up, and the desk is told', async () => {
  status = 503;
  const post = aPost();
  await send('blog', ghostHook(post));
  await look();
  await look(1800);
  expect(await newest()).toMatchObject({
    action: 'ignored',
    headline: post['title'],
    reason: 'its public page cannot be read: it answered 503',
  });
  expect(await api.deps.redis.hlen(keys.pageWaits)).toBe(0);
});

test('a page inside the network is never asked for', async () => {
  await send('blog', ghostHook({ ...aPost(), url: 'https://169.254.169.254/latest/' }));
  await look();
  await look(1800);
  expect(await newest()).toMatchObject({ reason: expect.stringContaining('no public address') });
});

test('while its page is awaited, the newest text counts, and an unpublished post is let go', async () => {
  status = 404;
  const post = aPost();
  await send('blog', ghostHook(post));
  const better = edited(post, { title: `${String(post['title'])} بعد التدقيق` });
  await send('blog', ghostHook(better, { updated_at: 'earlier' }));
  await send('blog', ghostHook(post));
  expect(await api.deps.redis.hlen(keys.pageWaits)).toBe(1);
  status = 200;
  await look();
  expect(await newest()).toMatchObject({ action: 'created', headline: better['title'] });
  status = 404;
  const other = aPost();
  await send('blog', ghostHook(other));
  await send('blog', ghostHook(edited(other, { status: 'draft' }), { status: 'published' }));
  expect(await api.deps.redis.hlen(keys.pageWaits)).toBe(0);
  expect(await newest()).toMatchObject({ action: 'ignored', why: { code: 'none-made' } });
});

test('a plain edit sends nothing; a tag asks for an update or a correction, once', async () => {
  const { post, alertId } = await publish();
  const title = String(post['title']);
  await edit(post, { title: `${title} معدّل` });
  expect(await newest()).toMatchObject({ action: 'ignored', why: { code: 'plain-edit' }, alertId });
  const tags = ['#breaking', '#correction'].map(ghostTag);
  await edit(post, { title: `${title} مصحح`, tags });
  expect(await newest()).toMatchObject({ action: 'corrected', alertId });
  expect(await alert(alertId)).toMatchObject({ version: 2, change: 'correction', headline: `${title} مصحح` });
  // The tag is still there.
  await edit(post, { title: `${title} مصحح ثانية`, tags });
  expect(await newest()).toMatchObject({ action: 'ignored', why: { code: 'plain-edit' } });
  await edit(post, { title: `${title} مصحح ثانية` });
  await edit(post, { title: `${title} محدّث`, tags: ['#breaking', '#تحديث'].map(ghostTag) });
  expect(await newest()).toMatchObject({ action: 'updated', alertId });
  expect((await alert(alertId)).version).toBe(3);
});

test('an unpublished post leaves its alert, unless a tag or the settings take it back', async () => {
  const unpublish = async (post: object, source: string, fields = {}): Promise<void> => {
    await send(source, ghostHook(edited(post, { status: 'draft', ...fields }), { status: 'published' }));
  };
  const left = await publish();
  await unpublish(left.post, 'blog');
  expect(await newest()).toMatchObject({
    action: 'ignored',
    why: { code: 'left-alone' },
    alertId: left.alertId,
  });
  const tagged = await publish();
  await unpublish(tagged.post, 'blog', { tags: ['#breaking', '#retraction'].map(ghostTag) });
  expect(await alert(tagged.alertId)).toMatchObject({ status: 'retracted' });
  await put('strict', { unpublished: 'retract' });
  const strict = await publish({}, 'strict');
  await unpublish(strict.post, 'strict');
  expect(await alert(strict.alertId)).toMatchObject({ status: 'retracted' });
  // Published again, it is the same item, which was taken back.
  await edit(strict.post, { status: 'published' }, 'strict');
  expect(await newest('strict')).toMatchObject({ action: 'ignored', alertId: strict.alertId });
});

test('the signature counts, with the time in it or not, as Ghost of either age makes it', async () => {
  const body = ghostHook(aPost());
  expect((await send('blog', body, ghostSignature(body, SECRET, { old: true }))).status).toBe(202);
  const good = ghostSignature(body, SECRET, { time: 1000 });
  expect((await send('blog', body, good)).status).toBe(202);
  expect((await send('blog', body, good.replace('t=1000', 't=1001'))).status).toBe(401);
  expect((await send('blog', `${body} `, good)).status).toBe(401);
  for (const wrong of ['', 'sha256=', 'sha256=00, t=1', `t=1`, ghostSignature(body, 'another-secret')]) {
    expect((await send('blog', body, wrong)).status).toBe(401);
  }
});

test('what is no post of Ghost is refused by the field', async () => {
  const refused = async (body: string): Promise<string> => {
    const answer = await send('blog', body);
    expect(answer.status).toBe(422);
    return answer.body.errors[0].pointer;
  };
  expect(await refused('no json')).toBe('');
  expect(await refused('[]')).toBe('');
  expect(await refused(JSON.stringify({ page: { current: aGhostPost() } }))).toBe('/post');
  expect(await refused(ghostHook({}))).toBe('/post/current/id');
  expect(await refused(ghostHook({ id: '1', title: { length: { x: 1 } } }))).toBe('/post/current/title');
});

test('a post that is not published, or only mailed, waits for nothing', async () => {
  for (const now of ['draft', 'scheduled', 'sent']) {
    const { status: answered, body } = await send('blog', ghostHook(aPost({ status: now }), {}));
    expect([answered, body.why]).toEqual([200, { code: 'not-published', values: { status: now } }]);
  }
});

test('the settings of another type are refused, and the tag may be another', async () => {
  const answer = await put('wrong', { type: 'ninjs', unpublished: 'retract' });
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/unpublished' }] } });
  expect((await put('arabic', { mark: '#عاجل' })).status).toBe(201);
  const { alertId } = await publish({ tags: [ghostTag('#عاجل')] }, 'arabic');
  expect(await alert(alertId)).toMatchObject({ status: 'sending' });
});
