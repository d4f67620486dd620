import { assert, json, oneof, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hubLinksOf } from '../../../src/intake/feeds/websub/links.ts';
import { isSignedByHub } from '../../../src/intake/feeds/websub/signature.ts';
import { readFeed } from '../../../src/intake/feeds/read-feed.ts';
import { readGhost } from '../../../src/intake/formats/ghost.ts';
import { readWordpress } from '../../../src/intake/formats/wordpress.ts';
import { isSignedByGhost } from '../../../src/intake/ghost-signature.ts';
import type { Item } from '../../../src/intake/item.ts';
import { aGhostPost, ghostHook, ghostSignature, ghostTag } from '../../support/ghost.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
function ghostItem(current: object, previous?: object): Item {
  const read = readGhost(bytes(ghostHook(current, previous)));
  if ('fault' in read || read.items[0] === undefined) throw new Error('no item');
  return read.items[0];
}

describe.each([
  ['ghost', readGhost],
  ['wordpress', readWordpress],
])('%s', (_name, read) => {
  test('whatever comes gives items or a fault, and nothing is thrown', () => {
    assert(
      property(oneof(json(), string(), uint8Array()), (sent) => {
        const result = read(Buffer.from(sent as string));
        expect('fault' in result || Array.isArray(result.items)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a post of Ghost', () => {
  test('has the tag’s own words as subjects, and no HTML in its texts', () => {
    const tags = [ghostTag('#breaking'), ghostTag('World'), ghostTag('#flash')];
    const item = ghostItem(aGhostPost({ title: 'زلزال &amp; سيول', custom_excerpt: '<b>خلاصة</b>', tags }));
    expect(item).toMatchObject({ headline: 'زلزال & سيول', body: 'خلاصة', urgency: 'flash' });
    expect(item.subjects).toContain('world');
  });

  test.each([
    ['#update', 'update', 'update'],
    ['#تحديث', 'update', 'update'],
    ['#Correction', 'correction', 'correction'],
    ['#تصحيح', 'correction', 'correction'],
    ['#retraction', 'retraction', 'withdrawal'],
    ['#سحب', 'retraction', 'withdrawal'],
    ['#constructor', null, 'update'],
    ['update', null, 'update'],
  ])('with the tag %s asks for %s', (tag, asks, change) => {
    expect(ghostItem(aGhostPost({ tags: [ghostTag(tag)] }))).toMatchObject({ asks, change });
  });

  test('that is unpublished takes itself back; one that was never published does not', () => {
    const draft = aGhostPost({ status: 'draft' });
    expect(ghostItem(draft, { status: 'published' })).toMatchObject({ change: 'withdrawal', unfit: null });
    expect(ghostItem(draft, {})).toMatchObject({ change: 'update', unfit: { code: 'not-published' } });
  });
});

test('a signature of Ghost counts with the time and, from before 5.87.1, without', () => {
  const body = ghostHook(aGhostPost());
  const check = (header: string, sent = body): boolean => isSignedByGhost(bytes(sent), header, 'secret');
  for (const old of [true, false]) {
    const good = ghostSignature(body, 'secret', { time: 1_719_842_984_367, old });
    expect(check(good)).toBe(true);
    expect(check(good.toUpperCase().replace('SHA256', 'sha256').replace('T=', 't='))).toBe(true);
    expect(check(good, `${body}1`)).toBe(false);
    expect(isSignedByGhost(bytes(body), good, 'another')).toBe(false);
  }
  for (const wrong of ['', ',', '=', 'sha256', 'sha256=;t=1', 't=1719842984367'])
    expect(check(wrong)).toBe(false);
});

describe('the links of a feed', () => {
  const BASE = 'https://wire.example/news/feed.xml';
  const NONE = { hub: null, self: null };
  test.each<[string, string, { hub: string; topic: string } | undefined]>([
    ['none', '', undefined],
    ['a hub without a name', '<https://hub.example/>; rel=hub', undefined],
    [
      'one header with several links, quoted and not',
      '<https://hub.example/?a=1,2>; rel="hub", <https://wire.example/feed>; type="a;b"; rel=self',
      { hub: 'https://hub.example/?a=1,2', topic: 'https://wire.example/feed' },
    ],
    [
      'several relations in one link, in any case',
      '<https://hub.example/>; REL="other HUB", <../self>; rel="self alternate"',
      { hub: 'https://hub.example/', topic: 'https://wire.example/self' },
    ],
    [
      'the first hub of two',
      '<https://one.example/>;rel=hub,<https://two.example/>;rel=hub,</s>;rel=self',
      { hub: 'https://one.example/', topic: 'https://wire.example/s' },
    ],
    ['what is no URL', '<http://[>; rel=hub, <https://wire.example/feed>; rel=self', undefined],
  ])('in the header: %s', (_what, header, links) => {
    expect(hubLinksOf(header, NONE, BASE)).toEqual(links);
  });

  test.each([
    [
      'RSS',
      '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title><link>https://x.example</link><description>d</description><atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://x.example/feed"/></channel></rss>',
    ],
    [
      'Atom',
      '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>x</id><updated>2026-11-29T10:00:00Z</updated><link rel="hub" href="https://hub.example/"/><link rel="self" href="https://x.example/feed"/></feed>',
    ],
    [
      'JSON Feed',
      '{"version":"https://jsonfeed.org/version/1.1","title":"t","feed_url":"https://x.example/feed","hubs":[{"type":"rssCloud","url":"https://cloud.example/"},{"type":"WebSub","url":"https://hub.example/"}],"items":[]}',
    ],
  ])('in the document: %s', (_what, text) => {
    const read = readFeed(bytes(text));
    if ('fault' in read) throw new Error(read.fault);
    expect(hubLinksOf(undefined, read.links, BASE)).toEqual({
      hub: 'https://hub.example/',
      topic: 'https://x.example/feed',
    });
  });

  test('a long hostile header costs no time', () => {
    const header = `<${'<'.repeat(4000)}${';a="'.repeat(4000)}>; rel=hub`.repeat(50);
    const began = performance.now();
    hubLinksOf(header, NONE, BASE);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

test('only the methods that WebSub names sign', () => {
  for (const header of ['md5=00', 'sha3-256=00', 'constructor=00', 'sha256', '', 'sha256=zz']) {
    expect(isSignedByHub(bytes('x'), header, 'secret')).toBe(false);
  }
});
