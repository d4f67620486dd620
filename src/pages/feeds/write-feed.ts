import { feedUrl, type FeedFormat } from '../../alerts/feed.ts';
import { isLanguage } from '../../words/language.ts';
import { READER } from '../../words/reader-words.ts';
import { nameIn } from '../common/identity.ts';
import { html, type Html } from '../html.ts';
import { pageLanguage } from '../page-parts.ts';
import { wellFormed, xml } from '../xml.ts';
import type { FeedData } from './feed-data.ts';
import type { FeedItem } from './item.ts';

export const FEED_TYPES: Readonly<Record<FeedFormat, string>> = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
};

/** Where subscribers ask to be told of a feed's changes (https://www.w3.org/TR/websub/). */
export const hubUrl = (publicUrl: string): string => `${publicUrl}/websub`;

/** Writes a feed. The same alerts at the same time make the same text, so that its hash tells whether something changed. */
export function writeFeed(data: FeedData, publicUrl: string): string {
  const frame = frameOf(data, publicUrl);
  if (data.feed.format === 'json') return json(data, frame);
  return wellFormed((data.feed.format === 'rss' ? rss : atom)(data, frame).markup);
}

interface Frame {
  readonly title: string;
  readonly publisher: string;
  readonly description: string;
  readonly self: string;
  readonly hub: string;
  readonly home: string;
  readonly icon: string;
  /** RFC 3339 */
  readonly updated: string;
}

function frameOf({ feed, lang, newsroom, names, topicName, items }: FeedData, publicUrl: string): Frame {
  const page = pageLanguage(lang);
  const name = nameIn(newsroom, lang);
  const newest = Math.max(0, ...items.map(({ updated }) => Date.parse(updated)));
  return {
    title: feed.topic === null || names === undefined ? name : `${name} · ${topicName(feed.topic, lang)}`,
    publisher: name,
    description: READER[isLanguage(page) ? page : 'en'].description,
    self: feedUrl(publicUrl, feed),
    hub: hubUrl(publicUrl),
    home: feed.topic === null ? `${publicUrl}/` : `${publicUrl}/topics/${feed.topic}`,
    icon: newsroom.logo ?? `${publicUrl}/icon-192.png`,
    updated: new Date(newest).toISOString(),
  };
}

/** RSS 2.0. Its titles are plain text (RSS Best Practices Profile), its descriptions are HTML. */
function rss({ lang, items, topicName }: FeedData, frame: Frame): Html {
  return xml`<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="${MEDIA}">
<channel>
<title>${frame.title}</title>
<link>${frame.home}</link>
<description>${frame.description}</description>
<language>${lang}</language>
<lastBuildDate>${rfc822(frame.updated)}</lastBuildDate>
<image><url>${frame.icon}</url><title>${frame.title}</title><link>${frame.home}</link></image>
<atom:link rel="self" href="${frame.self}" type="application/rss+xml"/>
<atom:link rel="hub" href="${frame.hub}"/>
${items.map(
  (item) => xml`<item>
<title>${item.title}</title>
<link>${item.link}</link>
<description>${html`${item.text}`.markup.replaceAll('\n', '<br>')}</description>
<guid isPermaLink="false">${item.alert.id}</guid>
<pubDate>${rfc822(item.published)}</pubDate>
<atom:updated>${item.updated}</atom:updated>
<dc:language>${item.alert.lang}</dc:language>
${item.story === undefined ? undefined : xml`<atom:link rel="collection" href="${item.story}" type="text/html"/>`}
${categoriesOf(item, topicName).map(({ label }) => xml`<category>${label}</category>`)}${media(item)}
</item>
`,
)}</channel>
</rss>
`;
}

/** RFC 4287. */
function atom({ lang, items, topicName }: FeedData, frame: Frame): Html {
  return xml`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="${MEDIA}" xml:lang="${lang}">
<id>${frame.self}</id>
<title>${frame.title}</title>
<subtitle>${frame.description}</subtitle>
<updated>${frame.updated}</updated>
<icon>${frame.icon}</icon>
<author><name>${frame.publisher}</name></author>
<link rel="self" href="${frame.self}" type="application/atom+xml"/>
<link rel="hub" href="${frame.hub}"/>
<link rel="alternate" href="${frame.home}" type="text/html"/>
${items.map(
  (item) => xml`<entry xml:lang="${item.alert.lang}">
<id>urn:ulid:${item.alert.id}</id>
<title type="text">${item.title}</title>
${item.text === '' ? undefined : xml`<content type="text">${item.text}</content>`}
<published>${item.published}</published>
<updated>${item.updated}</updated>
<link rel="alternate" href="${item.link}" type="text/html"/>
${item.link === item.page ? undefined : xml`<link rel="related" href="${item.page}" type="text/html"/>`}
${item.story === undefined ? undefined : xml`<link rel="collection" href="${item.story}" type="text/html"/>`}
${categoriesOf(item, topicName).map(({ term, label }) => xml`<category term="${term}" label="${label}"/>`)}${media(item)}
</entry>
`,
)}</feed>
`;
}

/** https://www.jsonfeed.org/version/1.1/; what it has no field for is in `_ajil`. */
function json({ lang, items, topicName }: FeedData, frame: Frame): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: frame.title,
    home_page_url: frame.home,
    feed_url: frame.self,
    description: frame.description,
    icon: frame.icon,
    language: lang,
    hubs: [{ type: 'WebSub', url: frame.hub }],
    items: items.map((item) => ({
      id: item.alert.id,
      url: item.page,
      ...(item.link === item.page ? {} : { external_url: item.link }),
      title: item.title,
      content_text: item.text === '' ? item.title : item.text,
      date_published: item.published,
      date_modified: item.updated,
      tags: categoriesOf(item, topicName).map(({ label }) => label),
      language: item.alert.lang,
      ...(item.picture === undefined ? {} : { image: item.picture.url }),
      _ajil: {
        version: item.alert.version,
        change: item.alert.change,
        urgency: item.alert.urgency,
        ...(item.story === undefined ? {} : { story: item.story }),
        breaking: item.isBreaking,
        topics: item.alert.topics,
        dir: item.alert.dir,
        ...(item.picture === undefined
          ? {}
          : { image_alt: item.picture.alt, image_credit: item.picture.credit }),
      },
    })),
  });
}

/** The topics, and the word for breaking news while the alert is that. */
function categoriesOf(
  { alert, isBreaking, breaking }: FeedItem,
  topicName: FeedData['topicName'],
): { term: string; label: string }[] {
  const topics = alert.topics.map((id) => ({ term: id, label: topicName(id, alert.lang) }));
  return isBreaking ? [{ term: 'breaking', label: breaking }, ...topics] : topics;
}

/** https://www.rssboard.org/media-rss */
const MEDIA = 'http://search.yahoo.com/mrss/';

function media({ picture }: FeedItem): Html | undefined {
  if (picture === undefined) return undefined;
  const { url, alt, credit } = picture;
  return xml`<media:content url="${url}" medium="image"
    >${
      alt === '' ? undefined : xml`<media:description>${alt}</media:description>`
    }${credit === '' ? undefined : xml`<media:credit>${credit}</media:credit>`}</media:content
  >`;
}

const rfc822 = (at: string): string => new Date(at).toUTCString();
