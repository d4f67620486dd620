import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';
import { startWebDir } from '../../support/web-dir.ts';

let api: TestApi;
let webDir: Awaited<ReturnType<typeof startWebDir>>;

beforeAll(async () => {
  webDir = await startWebDir();
  api = await startTestApi({ webDir: webDir.path });
});
afterAll(async () => {
  await api.close();
  await webDir.remove();
});

async function publish(fields: object = {}): Promise<{ id: string; headline: string }> {
  const { status, body } = await api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: anAlert({ ...fields }),
  });
  expect(status).toBe(201);
  return body;
}

async function change(id: string, fields: object): Promise<void> {
  const { status } = await api.call('POST', `/v1/alerts/${id}/versions`, {
    key: api.keys.author,
    body: fields,
  });
  expect(status).toBe(201);
}

const page = async (id: string, headers: Record<string, string> = {}) =>
  api.call('GET', `/a/${id}`, { headers });

/** What a crawler finds under a property or name. */
function meta(html: string, name: string): string | undefined {
  return new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)"`).exec(html)?.[1];
}

test('an alert has a page that needs no scripts and that link previews can read', async () => {
  const { id, headline } = await publish({
    body: 'تفاصيل الخبر',
    url: 'https://news.example/article?a=1&b=2',
    image: 'https://pictures.example/1.jpg',
  });
  const { status, headers, body } = await page(id);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(body).toContain('<html lang="ar" dir="rtl">');
  expect(body).toContain(`<title>${headline} · عاجل</title>`);
  expect(body).toContain('<link rel="canonical" href="https://news.example/article?a=1&amp;b=2" />');
  expect(body).toMatch(new RegExp(`<div lang="ar" dir="rtl">\\s*<h1>${headline}</h1>`));
  expect(body).toContain('href="https://news.example/article?a=1&amp;b=2"');
  expect(body).toContain('العالم'); // the topic by its name
  expect(body).toMatch(/<time datetime="[^"]+Z">[^<]*UTC<\/time>/);
  expect({
    title: meta(body, 'og:title'),
    description: meta(body, 'og:description'),
    url: meta(body, 'og:url'),
    image: meta(body, 'og:image'),
    robots: meta(body, 'robots'),
  }).toEqual({
    title: headline,
    description: 'تفاصيل الخبر',
    url: `http://ajil.test/a/${id}`,
    image: 'https://pictures.example/1.jpg',
    robots: undefined,
  });
});

test('it stays in the reader’s cache only for as long as nothing changed', async () => {
  const { id } = await publish();
  const first = await page(id);
  expect(first.headers.get('cache-control')).toBe('public, no-cache');
  const known = { 'If-None-Match': first.headers.get('etag') ?? '' };
  expect((await page(id, known)).status).toBe(304);
  await change(id, { change: 'update', body: 'أكثر' });
  expect((await page(id, known)).status).toBe(200);
});

test('a correction says what was wrong, and the history keeps what was said before', async () => {
  const { id, headline } = await publish();
  await change(id, { change: 'correction', headline: 'العنوان الصحيح', note: 'أخطأنا في الرقم' });
  const { body } = await page(id);
  expect(meta(body, 'og:title')).toBe('تصحيح: العنوان الصحيح');
  expect(body).toMatch(/<h1>العنوان الصحيح<\/h1>/);
  expect(body).toContain('أخطأنا في الرقم');
  expect(body).toContain(`<del>${headline}</del>`);
  expect(body.match(/<li>/g)).toHaveLength(2);
});

test('search engines read when it was published, when it was corrected, and what was wrong', async () => {
  const { id } = await publish({ image: 'https://pictures.example/1.jpg', imageCredit: 'سمر حداد' });
  const data = async () => {
    const text = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(
      (await page(id)).body as string,
    )?.[1];
    return JSON.parse(text ?? '');
  };
  const first = await data();
  expect(first).toMatchObject({
    '@type': 'NewsArticle',
    '@id': `http://ajil.test/a/${id}`,
    inLanguage: 'ar',
    articleSection: ['العالم'],
    image: { creditText: 'سمر حداد' },
    publisher: { name: 'عاجل', url: 'http://ajil.test/' },
  });
  expect(first.correction).toBeUndefined();
  api.advance(1000);
  await change(id, { change: 'correction', note: 'أخطأنا في الرقم' });
  const corrected = await data();
  expect(corrected.correction).toMatchObject([
    { '@type': 'CorrectionComment', text: 'أخطأنا في الرقم', datePublished: corrected.dateModified },
  ]);
  expect(corrected.datePublished).toBe(first.datePublished);
  await change(id, { change: 'retraction' });
  const retracted = await data();
  expect(retracted).toMatchObject({ creativeWorkStatus: 'Retracted' });
  expect([retracted.image, retracted.articleBody, retracted.correction.length]).toEqual([
    undefined,
    undefined,
    2,
  ]);
});

test('a retraction takes article and picture away, strikes the headline out and asks not to be indexed', async () => {
  const url = 'https://news.example/wrong';
  const image = 'https://pictures.example/wrong.jpg';
  const { id, headline } = await publish({ url, image, body: 'نص خاطئ' });
  await change(id, { change: 'retraction', note: 'لم يكن صحيحًا' });
  const { body } = await page(id);
  expect(body).toContain(`<h1><del>${headline}</del></h1>`);
  expect([meta(body, 'robots'), meta(body, 'og:title'), meta(body, 'og:description')]).toEqual([
    'noindex',
    `خبر مسحوب: ${headline}`,
    'لم يكن صحيحًا',
  ]);
  for (const gone of [url, image, 'نص خاطئ']) expect(body).not.toContain(gone);
});

test('whatever an editor writes is text', async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'> & $& {{lang}} <!--{{body}}-->`;
  const { id } = await publish({ headline: evil, body: evil, lang: 'en' });
  await change(id, { change: 'correction', note: evil });
  const { body } = await page(id);
  expect(body).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(body).toContain('&amp; $&amp; {{lang}} &lt;!--{{body}}--&gt;');
  const data = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(body as string);
  expect(JSON.parse(data?.[1] ?? '')).toMatchObject({ articleBody: evil, correction: [{ text: evil }] });
  expect((body as string).replace(data?.[0] ?? '', '')).not.toMatch(/<script|<img src=x|onerror='/);
  expect(body).toContain('<html lang="en" dir="ltr">');
});

test('an alert in a language that the pages do not speak stands in an English frame, in its own direction', async () => {
  const { id } = await publish({ headline: 'خبر فوری', lang: 'ps' });
  const { body } = await page(id);
  expect(body).toContain('<html lang="en" dir="ltr">');
  expect(body).toMatch(/<div lang="ps" dir="rtl">\s*<h1>خبر فوری<\/h1>/);
});

test.each(['01hzzzzzzzzzzzzzzzzzzzzzzz', 'nothing', '%3Cscript%3E'])(
  'an address that leads nowhere (%s) is answered kindly, in the reader’s language',
  async (id) => {
    const arabic = await page(id);
    expect([arabic.status, arabic.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(arabic.body).toContain('لا خبر في هذا العنوان');
    expect(meta(arabic.body, 'robots')).toBe('noindex');
    const english = await page(id, { 'Accept-Language': 'en-GB,en;q=0.9' });
    expect(english.body).toContain('There is no alert at this address');
    expect(english.headers.get('vary')).toContain('Accept-Language');
  },
);

test('what is quiet, has expired, or is written in Persian is labelled as what it is', async () => {
  const label = async (id: string): Promise<string | undefined> =>
    /class="label[^"]*"[^>]*>([^<]+)</.exec((await page(id)).body as string)?.[1];
  const loud = await publish();
  expect(await label(loud.id)).toBe('عاجل');
  expect(await label((await publish({ urgency: 'normal' })).id)).toBe('خبر');
  const persian = (await page((await publish({ lang: 'fa', headline: 'زلزله در تهران' })).id)).body as string;
  expect(persian).toMatch(/<html lang="fa" dir="rtl">[^]*>فوری</);
  expect(persian).toContain('فعال کردن اعلان‌ها');
  api.advance(61 * 60_000);
  expect(await label(loud.id)).toBe('خبر');
});
