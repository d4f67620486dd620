/** Where a feed says that its hub is, and by which name the hub knows the feed (WebSub, section 4). */
export interface HubLinks {
  readonly hub: string;
  readonly topic: string;
}

/** The links that a feed has in its document; null: it has none. */
export interface FeedLinks {
  readonly hub: string | null;
  readonly self: string | null;
}

const MOST_HEADER = 8192;
const MOST_URL = 2048;
const LINK = /<([^<>]*)>((?:\s*;\s*[a-z][a-z0-9*!#$&+.^_`|~-]*(?:\s*=\s*(?:"[^"]*"|[^\s",;<>]+))?)*)/gi;
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;<>]+))/i;

/**
 * The first hub and the first name, from the headers or else from the document. Undefined: the feed has no hub.
 * @param header the `Link` headers as one
 * @param url of the feed: links may be relative to it
 */
export function hubLinksOf(header: string | undefined, links: FeedLinks, url: string): HubLinks | undefined {
  const inHeader = readHeader(header ?? '');
  const hub = absolute(inHeader.get('hub') ?? links.hub, url);
  const topic = absolute(inHeader.get('self') ?? links.self, url);
  return hub === undefined || topic === undefined ? undefined : { hub, topic };
}

/** RFC 8288, section 3. The first link of each relation. */
function readHeader(header: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, target = '', parameters = ''] of header.slice(0, MOST_HEADER).matchAll(LINK)) {
    const [, quoted, plain] = REL.exec(parameters) ?? [];
    for (const relation of (quoted ?? plain ?? '').toLowerCase().split(/\s+/)) {
      if (relation !== '' && !found.has(relation)) found.set(relation, target.trim());
    }
  }
  return found;
}

function absolute(link: string | null | undefined, base: string): string | undefined {
  if (typeof link !== 'string' || link === '' || link.length > MOST_URL || !URL.canParse(link, base)) {
    return undefined;
  }
  // A name that is a URL already stays as it is written: the hub compares texts.
  return URL.canParse(link) ? link : new URL(link, base).href;
}
