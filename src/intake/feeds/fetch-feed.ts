import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { fetchFaultOf } from '../../http/fetch-fault.ts';
import { webhookFault } from '../../outlets/webhooks/address.ts';
import { lookupFor } from '../../push/endpoint/public-address.ts';

const TIMEOUT_MS = 15_000;
export const MOST_FEED_BYTES = 2 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const MOST_VALIDATOR = 500;

/** What the last answer said of itself, so that the next one may say that nothing has changed (RFC 9110, section 13.1). */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface FeedAnswer extends Validators {
  readonly status: number;
  /** Where the redirects ended. */
  readonly url: string;
  /** The `Link` headers as one. */
  readonly link: string | undefined;
  /** Of a 200. */
  readonly body: Buffer | undefined;
  /** Where the feed is from now on, if it has moved for good (RFC 9110, section 15.4). */
  readonly movedTo: string | undefined;
  /** Seconds for which the answer is fresh; undefined: it does not say. */
  readonly maxAge: number | undefined;
  /** Seconds for which the server wants to be left alone. */
  readonly retryAfter: number | undefined;
}

/** Why there is no answer, in a few words. */
export class FeedFault extends Error {
  override readonly name = 'FeedFault';
  /** We gave up because we stop. */
  readonly isOurs: boolean;
  constructor(message: string, isOurs = false) {
    super(message);
    this.isOurs = isOurs;
  }
}

/** @throws {FeedFault} */
export type FetchFeed = (url: string, known: Validators) => Promise<FeedAnswer>;

/**
 * Asks for a feed. Its address may lead anywhere and its server may answer anything: no address inside our own network is called,
 * at no step of a redirect; size and time are bounded.
 * @param deps.allowedOrigins the operator's own, which may be private and without TLS
 * @param deps.closing ends what is under way
 */
export function createFetchFeed(deps: {
  readonly allowedOrigins: readonly string[];
  readonly closing: AbortSignal;
}): FetchFeed {
  const trusted = new Set(deps.allowedOrigins);

  const get = (url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const options = { headers, lookup: lookupFor(url, trusted), agent: false, signal } as const;
      const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
      sent.once('error', reject).once('response', resolve);
      sent.end();
    });

  async function follow(start: string, known: Validators, signal: AbortSignal): Promise<FeedAnswer> {
    let [url, movedTo]: [string, string | undefined] = [start, undefined];
    // It has moved for good only as long as each step says so.
    let isForGood = true;
    for (let step = 0; step <= MOST_REDIRECTS; step++) {
      const fault = webhookFault(url, deps.allowedOrigins);
      if (fault !== undefined) throw new FeedFault(`the address ${fault}`);
      const response = await get(new URL(url), headersFor(known), signal);
      const { statusCode: status = 0, headers } = response;
      if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) {
        return { ...answerOf(response, status, await bodyOf(response, status), movedTo), url };
      }
      response.destroy();
      if (!URL.canParse(headers.location, url)) throw new FeedFault('it redirects to no URL');
      url = new URL(headers.location, url).href;
      isForGood &&= status === 301 || status === 308;
      if (isForGood) movedTo = url;
    }
    throw new FeedFault('it redirects too often');
  }

  return async (url, known) => {
    try {
      return await follow(url, known, AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), deps.closing]));
    } catch (error) {
      throw error instanceof FeedFault ? error : new FeedFault(fetchFaultOf(error), deps.closing.aborted);
    }
  };
}

const headersFor = ({ etag, lastModified }: Validators): Record<string, string> => ({
  Accept:
    'application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5',
  'Accept-Encoding': 'identity',
  'User-Agent': 'Ajil-Feeds/1.0',
  ...(etag === null ? {} : { 'If-None-Match': etag }),
  ...(lastModified === null ? {} : { 'If-Modified-Since': lastModified }),
});

async function bodyOf(response: IncomingMessage, status: number): Promise<Buffer | undefined> {
  if (status !== 200) {
    response.destroy();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_FEED_BYTES) {
      response.destroy();
      throw new FeedFault(`it has more than ${MOST_FEED_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answerOf(
  { headers }: IncomingMessage,
  status: number,
  body: Buffer | undefined,
  movedTo: string | undefined,
): Omit<FeedAnswer, 'url'> {
  const kept = (value: string | undefined): string | null =>
    value === undefined || value.length > MOST_VALIDATOR ? null : value;
  return {
    status,
    body,
    movedTo,
    link: [headers.link ?? []].flat().join(', ') || undefined,
    etag: kept(headers.etag),
    lastModified: kept(headers['last-modified']),
    maxAge: maxAgeOf(headers['cache-control'] ?? '', headers.age),
    retryAfter: retryAfterOf(headers['retry-after']),
  };
}

/** RFC 9111, sections 4.2 and 5.2.2.1. A cache on the way may have had it for a while. */
function maxAgeOf(cacheControl: string, age: string | undefined): number | undefined {
  const found = /(?:^|,)\s*max-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl)?.[1];
  if (found === undefined || /(?:^|,)\s*no-(?:cache|store)\b/i.test(cacheControl)) return undefined;
  const passed = /^\d{1,9}$/.test(age ?? '') ? Number(age) : 0;
  return Math.max(0, Number(found) - passed);
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
