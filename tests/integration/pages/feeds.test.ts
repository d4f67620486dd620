import { parseFeed } from '@rowanmanning/feed-parser';
import Parser from 'rss-parser';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type Answer, type TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ config: { allowedOrigins: ['https://news.example'] } });
});
afterAll(async () => {
  await api.close();
});

/** After what was kept for a crowd. */
async function feed(name: string, headers: Record<string, string> = {}): Promise<Answer> {
  api.advance(1001);
  return api.call('GET', `/feeds/${name}`, { headers });
}
async function publish(fields: object = {}): Promise<{ id: string; headline: string }> {
  const { status, body } = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ ...fields }),
  });
  expect([status, body]).toEqual([201, expect.anything()]);
  return body;
}
async function change(id: string, fields: object): Promise<void> {
  const { status } = await api.call('POST', `/v1/alerts/${id}/versions`, {
    key: api.keys.author,
    body: fields,
  });
  expect(status).toBe(201);
}
/** What two parsers that others wrote find, after a third has found it well-formed. */
async function parsed(name: string) {
  const { body } = await feed(name);
  new SaxesParser({ xmlns: true }).write(body as string).close();
  return {
    xml: body as string,
    read: parseFeed(body as string),
    also: await new Parser().parseString(body as string),
  };
}

test('RSS and Atom tell an alert with its article, topics, language and picture', async () => {
  const { id } = await publish({
    headline: 'زلزال قوي & هزات «ارتدادية»',
    body: 'سطر أول\nسطر ثانٍ <b>',
    url: 'https://news.example/quake?a=1&b=2',
    image: 'https://news.example/q.jpg',
    imageAlt: 'مبنى "منهار"',
    imageCredit: 'سمر حداد',
    topics: ['world', 'economy'],
    urgency: 'flash',
  });
  for (const name of ['world.rss', 'world.atom']) {
    const { xml, read, also } = await parsed(name);
    expect(read.title).toBe('عاجل · العالم');
    const item = read.items.find(({ url }) => url === 'https://news.example/quake?a=1&b=2');
    expect([name, item?.title, item?.id]).toEqual([
      name,
      'زلزال قوي & هزات «ارتدادية»',
      name.endsWith('rss') ? id : `urn:ulid:${id}`,
    ]);
    expect(item?.categories.map(({ label }) => label)).toEqual(['عاجل', 'العالم', 'اقتصاد']);
    expect(also.items[0]?.link).toBe('https://news.example/quake?a=1&b=2');
    expect(xml).toContain('سمر حداد');
    expect(xml).toContain('مبنى &quot;منهار&quot;');
    expect(xml).toMatch(name.endsWith('rss') ? /<dc:language>ar</ : /<entry xml:lang="ar">/);
  }
  // RSS descriptions are HTML: what an editor wrote is text there as well.
  expect((await parsed('world.rss')).also.items[0]?.content).toBe('سطر أول<br>سطر ثانٍ &lt;b&gt;');
  const json = JSON.parse((await feed('world.json')).body as string);
  expect(json).toMatchObject({
    version: 'https://jsonfeed.org/version/1.1',
    feed_url: 'http://ajil.test/feeds/world.json',
    hubs: [{ type: 'WebSub', url: 'http://ajil.test/websub' }],
  });
  expect(json.items[0]).toMatchObject({
    id,
    url: `http://ajil.test/a/${id}`,
    external_url: 'https://news.example/quake?a=1&b=2',
    content_text: 'سطر أول\nسطر ثانٍ <b>',
    image: 'https://news.example/q.jpg',
    language: 'ar',
    tags: ['عاجل', 'العالم', 'اقتصاد'],
    _ajil: { change: 'new', breaking: true, dir: 'rtl', image_credit: 'سمر حداد' },
  });
});

test('a correction says what it corrects; a retraction stands in the place of what was wrong, and does not repeat it', async () => {
  const { id } = await publish({
    headline: 'ارتفاع الضحايا إلى تسعين',
    body: 'تفاصيل خاطئة',
    topics: ['politics'],
  });
  const first = JSON.parse((await feed('politics.json')).body as string).items[0];
  api.advance(5000);
  await change(id, { change: 'correction', headline: 'ارتفاع الضحايا إلى تسعة', note: 'أخطأنا في العدد' });
  const corrected = JSON.parse((await feed('politics.json')).body as string).items[0];
  expect(corrected).toMatchObject({
    id,
    title: 'تصحيح: ارتفاع الضحايا إلى تسعة',
    content_text: 'تصحيح: أخطأنا في العدد\n\nتفاصيل خاطئة',
    date_published: first.date_published,
  });
  expect(Date.parse(corrected.date_modified) - Date.parse(first.date_modified)).toBeGreaterThanOrEqual(5000);
  await change(id, { change: 'retraction', note: 'لم يكن صحيحًا' });
  for (const name of ['politics.rss', 'politics.atom', 'politics.json']) {
    const { body } = await feed(name);
    expect(body).toContain(id);
    expect(body).toContain('خبر مسحوب');
    expect(body).toContain('لم يكن صحيحًا');
    for (const wrong of ['تسعين', 'تسعة', 'تفاصيل خاطئة'])
      expect([name, body]).toEqual([name, expect.not.stringContaining(wrong)]);
  }
});

test('what is quiet, or has expired, is not called breaking', async () => {
  await publish({ topics: ['sport'], urgency: 'normal' });
  await publish({ topics: ['sport'], urgency: 'urgent' });
  const tags = async () =>
    JSON.parse((await feed('sport.json')).body as string).items.map((item: { tags: string[] }) => item.tags);
  expect(await tags()).toEqual([['عاجل', 'رياضة'], ['رياضة']]);
  api.advance(61 * 60_000);
  expect(await tags()).toEqual([['رياضة'], ['رياضة']]);
  expect((await feed('sport.rss')).body).not.toContain('<category>عاجل');
});

test('whatever text is stored, the feed stays well-formed', async () => {
  const { id } = await publish({ topics: ['technology'], body: 'x' });
  // Texts as an earlier release, or a hand in the store, may have left them.
  const evil = 'نص ]]> <![CDATA[ &amp; \u0000\u0008\u000b\ufffe \ud800 </item> <script>alert(1)</script>';
  const key = `{ajil}:alert:${id}`;
  const stored = JSON.parse((await api.deps.redis.hget(key, 'v:1')) ?? '{}');
  await api.deps.redis.hset(
    key,
    'v:1',
    JSON.stringify({
      ...stored,
      headline: evil,
      body: evil,
      imageAlt: evil,
      image: 'https://p.example/"&<.jpg',
    }),
  );
  for (const name of ['technology.rss', 'technology.atom']) {
    const { read } = await parsed(name);
    expect(read.items).toHaveLength(1);
    expect([name, read.items[0]?.title]).toEqual([name, expect.stringContaining(']]> <![CDATA[ &')]);
  }
  expect((await parsed('technology.rss')).also.items[0]?.content).not.toContain('<script');
  expect(JSON.parse((await feed('technology.json')).body as string).items).toHaveLength(1);
});

test('a feed has one address, names its hub, and is kept for seconds only', async () => {
  await publish({ lang: 'en', headline: 'English only' });
  const { headers, body } = await feed('all.atom?lang=ar-EG&utm_source=x&topics=sport');
  expect(headers.get('link')).toBe(
    '<http://ajil.test/feeds/all.atom?lang=ar>; rel="self", <http://ajil.test/websub>; rel="hub"',
  );
  expect(body).toContain('<link rel="self" href="http://ajil.test/feeds/all.atom?lang=ar"');
  expect(body).not.toContain('English only');
  expect(headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
  expect(headers.get('cache-control')).toBe('public, max-age=2, stale-while-revalidate=8');
  const shared = await feed('all.rss', { Origin: 'https://news.example' });
  expect(shared.headers.get('access-control-allow-origin')).toBe('https://news.example');
  expect(
    (await feed('all.rss', { Origin: 'https://other.example' })).headers.get('access-control-allow-origin'),
  ).toBeNull();
});

test('nobody gets again what has not changed, and everybody gets a new version', async () => {
  const { id } = await publish({ topics: ['ukraine'] });
  const first = await feed('ukraine.rss');
  const [etag, since] = [first.headers.get('etag') ?? '', first.headers.get('last-modified') ?? ''];
  expect((await feed('ukraine.rss', { 'If-None-Match': etag })).status).toBe(304);
  expect((await feed('ukraine.rss', { 'If-Modified-Since': since })).status).toBe(304);
  const head = await api.call('HEAD', '/feeds/ukraine.rss');
  expect([head.status, head.headers.get('etag'), head.headers.get('link'), head.body]).toEqual([
    200,
    etag,
    first.headers.get('link'),
    '',
  ]);
  await change(id, { change: 'update', body: 'أكثر' });
  expect((await feed('ukraine.rss', { 'If-None-Match': etag })).status).toBe(200);
  expect((await feed('ukraine.rss', { 'If-Modified-Since': since })).status).toBe(200);
});

test('a feed has the newest fifty alerts', async () => {
  await api.call('PUT', '/v1/topics/health', {
    key: api.keys.admin,
    body: { names: { ar: 'صحة' }, order: 9, default: false },
  });
  const empty = await parsed('health.atom');
  expect([empty.read.title, empty.read.items]).toEqual(['عاجل · صحة', []]);
  expect((await parsed('health.rss')).read.items).toEqual([]);
  for (let count = 0; count < 51; count++) await publish({ topics: ['health'] });
  expect(JSON.parse((await feed('health.json')).body as string).items).toHaveLength(50);
});

test.each([
  ['nothing.rss', 404],
  ['world.xml', 404],
  ['world', 404],
  ['.rss', 404],
  ['..%2f..%2fetc.rss', 404],
  ['world.rss?lang=!', 400],
  ['world.rss?lang=ar&lang=en', 400],
])('%s is refused', async (name, status) => {
  const answer = await feed(name);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    'application/problem+json; charset=utf-8',
  ]);
});
