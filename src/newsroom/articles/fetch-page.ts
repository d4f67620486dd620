import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP } from 'node:net';
import { fetchFaultOf } from '../../http/fetch-fault.ts';
import { isPublicAddress, lookupFor } from '../../push/endpoint/public-address.ts';

/** An editor waits for it, ms. */
const TIMEOUT_MS = 8000;
const MOST_BYTES = 1024 * 1024;
const MOST_REDIRECTS = 5;

/** A web page as its server gave it. */
export interface Page {
  /** Where the redirects ended. */
  readonly url: string;
  readonly html: string;
}

/** Why there is no page. `status`: the server's answer, if there was one. */
export class PageFault extends Error {
  override readonly name = 'PageFault';
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** @throws {PageFault} */
export type FetchPage = (url: string) => Promise<Page>;

/**
 * Reads pages for an editor. A link may lead anywhere and its server may answer anything: no address inside our own network is
 * called, at no step of a redirect; size and time are bounded.
 * @param deps.trustedOrigins the newsroom's own sites, which may have private addresses
 * @param deps.ca PEM of an authority that is trusted besides the system's
 * @param deps.closing ends what is under way
 */
export function createFetchPage(deps: {
  readonly trustedOrigins: ReadonlySet<string>;
  readonly ca?: string | undefined;
  readonly closing: AbortSignal;
}): FetchPage {
  const { trustedOrigins } = deps;

  const get = (url: URL, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(url, {
        headers: { Accept: 'text/html', 'Accept-Encoding': 'identity', 'User-Agent': 'Ajil-Articles/1.0' },
        lookup: lookupFor(url, trustedOrigins),
        agent: false,
        signal,
        ...(deps.ca === undefined ? {} : { ca: deps.ca }),
      });
      sent.once('error', reject).once('response', resolve);
      sent.end();
    });

  async function follow(start: string, signal: AbortSignal): Promise<Page> {
    let url = new URL(start);
    for (let step = 0; step <= MOST_REDIRECTS; step++) {
      refuseUnlessPublic(url, trustedOrigins);
      const response = await get(url, signal);
      const { statusCode: status = 0, headers } = response;
      if (status >= 300 && status < 400 && headers.location !== undefined) {
        response.destroy();
        if (!URL.canParse(headers.location, url.href)) throw new PageFault('it redirects to no URL', status);
        url = new URL(headers.location, url);
        continue;
      }
      if (status !== 200) {
        response.destroy();
        throw new PageFault(`it answered ${status}`, status);
      }
      const type = headers['content-type'] ?? '';
      if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(type)) {
        response.destroy();
        throw new PageFault('it is no web page', status);
      }
      return { url: url.href, html: decode(await readStart(response), type) };
    }
    throw new PageFault('it redirects too often');
  }

  return async (url) => {
    try {
      return await follow(url, AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), deps.closing]));
    } catch (error) {
      if (error instanceof PageFault) throw error;
      throw new PageFault(fetchFaultOf(error));
    }
  };
}

function refuseUnlessPublic(url: URL, trusted: ReadonlySet<string>): void {
  if (url.protocol !== 'https:') throw new PageFault('it is not https');
  if (url.username !== '' || url.password !== '') throw new PageFault('it has credentials');
  // An address is never resolved, so the lookup does not see it.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host) && !trusted.has(url.origin)) {
    throw new PageFault('it is no public address');
  }
}

/** The head of a page has all that is needed; a page without end is cut off. */
async function readStart(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MOST_BYTES) break;
  }
  response.destroy();
  return Buffer.concat(chunks).subarray(0, MOST_BYTES);
}

/** By the header, or else by the page's own `meta` (WHATWG HTML, section 13.2.3.2); UTF-8 without either. */
function decode(bytes: Buffer, contentType: string): string {
  const declared =
    /charset\s*=\s*"?([\w-]+)/i.exec(contentType) ??
    /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(bytes.subarray(0, 1024).toString('latin1'));
  try {
    return new TextDecoder(declared?.[1] ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
