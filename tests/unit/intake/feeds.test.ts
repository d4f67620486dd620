import { array, assert, constantFrom, json, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FeedAnswer } from '../../../src/intake/feeds/fetch-feed.ts';
import { whatIsNew, nextAfter, nextAfterFailure } from '../../../src/intake/feeds/look.ts';
import { readFeed, type FeedItem } from '../../../src/intake/feeds/read-feed.ts';

const AT = Date.parse('2026-11-29T10:00:00Z');
const MINUTE = 60_000;
const SETTINGS = { url: 'https://news.example/feed', mark: 'عاجل', everySeconds: 60, maxAgeMinutes: 30 };

function itemsOf(text: string): readonly FeedItem[] {
  const read = readFeed(Buffer.from(text));
  if ('fault' in read) throw new Error(read.fault);
  return read.items;
}
const rss = (items: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>t</title><link>https://news.example/</link>` +
  `<description>d</description><language>ar</language>${items}</channel></rss>`;

describe('a feed is read', () => {
  test('as RSS, with entities, HTML and a guid that is no address', () => {
    const [item] = itemsOf(
      rss(
        '<item><title>عاجل: &lt;b&gt;زلزال&lt;/b&gt; &amp;amp; هزات</title><link>https://news.example/1</link>' +
          '<guid isPermaLink="false">article-1</guid><category>عاجل</category><category>World</category>' +
          '<description><![CDATA[<p>بقوة خمس درجات.</p>]]></description><pubDate>Sun, 29 Nov 2026 13:00:00 +0300</pubDate></item>',
      ),
    );
    expect(item).toEqual({
      id: 'article-1',
      title: 'عاجل: زلزال & هزات',
      text: 'بقوة خمس درجات.',
      url: 'https://news.example/1',
      categories: ['عاجل', 'World'],
      lang: 'ar',
      publishedAt: AT,
      updatedAt: null,
    });
  });

  test('as Atom, with the time of an update', () => {
    const [item] = itemsOf(
      '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>t</title><id>urn:f</id><updated>2026-11-29T10:00:00Z</updated>' +
        '<entry><id>urn:1</id><title type="html">Quake &amp;lt;b&amp;gt;</title><link rel="alternate" href="https://news.example/1"/>' +
        '<category term="breaking"/><published>2026-11-29T10:00:00Z</published><updated>2026-11-29T10:05:00Z</updated></entry></feed>',
    );
    expect(item).toMatchObject({
      id: 'urn:1',
      url: 'https://news.example/1',
      categories: ['breaking'],
      lang: 'en',
      publishedAt: AT,
      updatedAt: AT + 5 * MINUTE,
    });
  });

  test('as JSON Feed', () => {
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 't',
      language: 'ar',
      items: [
        {
          id: '1',
          title: 'زلزال',
          tags: ['عاجل'],
          date_published: '2026-11-29T10:00:00Z',
          url: 'http://plain.example/1',
        },
      ],
    };
    expect(itemsOf(JSON.stringify(feed))).toMatchObject([
      { id: '1', title: 'زلزال', categories: ['عاجل'], publishedAt: AT, url: null },
    ]);
  });

  test('a time without its zone is none', () => {
    const [item] = itemsOf(
      rss('<item><guid>1</guid><title>x</title><pubDate>Sun, 29 Nov 2026 10:00:00</pubDate></item>'),
    );
    expect(item?.publishedAt).toBeNull();
  });

  test.each([
    ['a document type', `<!DOCTYPE rss [<!ENTITY a "b">]>${rss('')}`],
    [
      'one that stands later',
      rss('').replace('<channel>', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><channel>'),
    ],
    ['no feed', '<html><body>Not found</body></html>'],
    ['nothing', ''],
    ['deep nesting', rss('<x>'.repeat(200_000))],
  ])('%s is refused', (_what, text) => {
    expect(readFeed(Buffer.from(text))).toEqual({ fault: expect.stringMatching(/./) });
  });

  test('whatever comes gives items or a fault', () => {
    const part = constantFrom(
      '<item>',
      '</item>',
      '<title>',
      '</title>',
      '<guid>1</guid>',
      '<![CDATA[',
      ']]>',
      '&x;',
      '<!--',
      '-->',
      '<pubDate>x</pubDate>',
      'نص',
      '\u0000',
    );
    assert(
      property(array(part, { maxLength: 30 }), (parts) => {
        const read = readFeed(Buffer.from(rss(parts.join(''))));
        expect('items' in read || read.fault !== '').toBe(true);
      }),
      { numRuns: 300, seed: 14 },
    );
    assert(
      property(json(), (text) => {
        expect(readFeed(Buffer.from(text))).toBeDefined();
      }),
      { numRuns: 200, seed: 14 },
    );
  });
});

describe('what is new', () => {
  const anItem = (fields: Partial<FeedItem> = {}): FeedItem => ({
    id: '1',
    title: 'عاجل: زلزال',
    text: null,
    url: null,
    categories: [],
    lang: 'ar',
    publishedAt: AT,
    updatedAt: null,
    ...fields,
  });
  const look = (
    items: readonly FeedItem[],
    seen: Record<string, string> | null = {},
    settings: Partial<typeof SETTINGS> = {},
  ) => {
    const { read, seen: after } = whatIsNew(items, seen, { ...SETTINGS, ...settings }, AT + MINUTE);
    return { items: 'items' in read ? read.items : [], seen: after };
  };

  test('nothing at the first look; after that only what was not there, or says something else, the oldest first', () => {
    const first = look([anItem()], null);
    expect(first.items).toEqual([]);
    expect(look([anItem()], first.seen).items).toEqual([]);
    const next = look(
      [anItem({ id: '3' }), anItem({ id: '2' }), anItem({ title: 'عاجل: زلزال قوي' })],
      first.seen,
    );
    expect(next.items.map(({ id, headline }) => [id, headline])).toEqual([
      ['1', 'زلزال قوي'],
      ['2', 'زلزال'],
      ['3', 'زلزال'],
    ]);
  });

  test.each<[string, Partial<FeedItem>, string | undefined]>([
    ['the mark and a colon', { title: 'عاجل: زلزال' }, 'زلزال'],
    ['the mark and a bar', { title: 'عاجل | زلزال' }, 'زلزال'],
    ['the mark alone', { title: 'عاجل' }, 'عاجل'],
    ['a longer word', { title: 'عاجلة زلزال' }, undefined],
    ['the category', { title: 'زلزال', categories: ['سياسة', 'عاجل'] }, 'زلزال'],
    ['neither', { title: 'زلزال', categories: ['سياسة'] }, undefined],
  ])('with the mark: a title with %s', (_what, fields, headline) => {
    expect(look([anItem(fields)]).items.map((item) => item.headline)).toEqual(
      headline === undefined ? [] : [headline],
    );
  });

  test('without a mark everything counts', () => {
    expect(look([anItem({ title: 'زلزال' })], {}, { mark: null as never }).items).toHaveLength(1);
  });

  test('what is old, or has no time, makes no alert, but may change one', () => {
    const [old] = look([anItem({ publishedAt: AT - 40 * MINUTE })]).items;
    expect(old).toMatchObject({ unfit: null, stale: { code: 'too-old', values: { minutes: '30' } } });
    const [timeless] = look([anItem({ publishedAt: null })]).items;
    expect(timeless).toMatchObject({ unfit: null, stale: { code: 'no-time' } });
  });

  test('a feed that names an item twice is read once', () => {
    expect(look([anItem(), anItem({ title: 'عاجل: آخر' })]).items).toHaveLength(1);
  });
});

describe('the next look', () => {
  const answer: FeedAnswer = {
    status: 200,
    url: 'https://wire.example/feed',
    link: undefined,
    body: undefined,
    movedTo: undefined,
    etag: null,
    lastModified: null,
    maxAge: undefined,
    retryAfter: undefined,
  };
  const after = (fields: Partial<FeedAnswer>): number =>
    (nextAfter({ ...answer, ...fields }, SETTINGS, AT) - AT) / 1000;

  test('comes as often as the source says, later where the server asks for it, within bounds', () => {
    expect(after({})).toBe(60);
    expect(after({ maxAge: 10 })).toBe(60);
    expect(after({ maxAge: 600 })).toBe(600);
    expect(after({ maxAge: 1e9 })).toBe(3600);
    expect(after({ retryAfter: 7200 })).toBe(7200);
    expect(after({ retryAfter: 1e9 })).toBe(86_400);
  });

  test('comes later after each failure, within the hour', () => {
    const pauses = [1, 2, 3, 50].map((failures) => (nextAfterFailure(failures, SETTINGS, AT) - AT) / 1000);
    expect(pauses).toEqual([120, 240, 480, 3600]);
  });
});
