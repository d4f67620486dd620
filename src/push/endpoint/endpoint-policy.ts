import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createLookupTurns } from './lookup-turns.ts';
import { createPublicLookup, type Resolve } from './public-address.ts';

/** The owner of a push service. A metric's label, so the values are few; `other` means an extra origin. */
export type Provider = 'fcm' | 'mozilla' | 'apple' | 'wns' | 'other';

export interface Accepted {
  readonly ok: true;
  readonly origin: string;
  readonly path: string;
  readonly provider: Provider;
  /** The host fits a pattern instead of being listed by name: strangers can make up any number of such origins. */
  readonly regional: boolean;
}

type EndpointVerdict =
  | Accepted
  | {
      readonly ok: false;
      /** The endpoint is the browser's own sign that the subscription has ended, not an address that Ajil refuses. */
      readonly gone: boolean;
      /** For people. It holds no part of the endpoint. */
      readonly reason: string;
    };

export interface EndpointPolicy {
  /** Call it when a subscription is taken, and again before each message to it. */
  check(endpoint: string): EndpointVerdict;
  /** For the transport's connections: refuses addresses that are not public, except for the hosts of extra origins. */
  readonly lookup: LookupFunction;
}

const MAX_LENGTH = 2048;
const PRINTABLE = /^[!-~]*$/;
const SCHEME = 'https://';
/** A path and query that the URL parser leaves as they are. The parser takes 2 µs, which this saves. */
const PLAIN_PATH = /^\/[\w:~=/&-]*(?:\?[\w:~=/&-]+)?$/;
/** The characters of RFC 3986, sections 3.3 and 3.4. The URL Standard leaves others as they are; other parsers do not. */
const PATH_AND_QUERY = /^(?:[\w.~!$&'()*+,;=:@/?-]|%[\dA-Fa-f]{2})+$/;
/** A name as resolvers and other parsers understand it (RFC 1123, section 2.1), in lower case. */
const DNS_NAME = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;
/** Most accepted origins that are remembered, in addition to the named ones. */
const MAX_PASSED = 256;

const HOSTS = new Map<string, Provider>([
  ['fcm.googleapis.com', 'fcm'],
  ['jmt17.google.com', 'fcm'],
  ['updates.push.services.mozilla.com', 'mozilla'],
  ['web.push.apple.com', 'apple'],
]);
const PARENTS: readonly (readonly [suffix: string, Provider])[] = [
  ['.push.apple.com', 'apple'],
  ['.notify.windows.com', 'wns'],
];

const refuse = (reason: string, gone = false): EndpointVerdict => ({ ok: false, gone, reason });

/**
 * Decides to which URLs of strangers Ajil sends a POST: only to those of known push services, so that nobody reaches into
 * our network with a made-up subscription (SSRF). It takes only the canonical text of a URL, so that every parser reads the
 * same host in it, and that a device has only one text.
 * @param options.extraOrigins origins such as `https://127.0.0.1:8443` that are push services as well
 * @param options.resolve resolves names; `dns.lookup` by default
 */
export function createEndpointPolicy(options: {
  extraOrigins: readonly string[];
  resolve?: Resolve;
}): EndpointPolicy {
  const extraOrigins = new Set(options.extraOrigins);
  const extraHosts = new Set(options.extraOrigins.map((origin) => new URL(origin).hostname));

  /** Accepted origins, by their text. */
  const passed = new Map<string, Accepted>();

  function check(endpoint: string): EndpointVerdict {
    const end = endpoint.indexOf('/', SCHEME.length);
    const known = end > 0 && endpoint.length <= MAX_LENGTH ? passed.get(endpoint.slice(0, end)) : undefined;
    if (known !== undefined && PLAIN_PATH.test(endpoint.slice(end)))
      return { ...known, path: endpoint.slice(end) };
    const verdict = parseAndCheck(endpoint);
    const room = verdict.ok && (!verdict.regional || passed.size < MAX_PASSED);
    if (room && endpoint.slice(0, end) === verdict.origin) {
      passed.set(verdict.origin, verdict);
    }
    return verdict;
  }

  function parseAndCheck(endpoint: string): EndpointVerdict {
    if (endpoint.length > MAX_LENGTH) return refuse(`must have at most ${MAX_LENGTH} characters`);
    // The parser drops or encodes other characters, and a record keeps one byte for each: the text would not stay the same.
    if (!PRINTABLE.test(endpoint)) return refuse('must consist of printable ASCII characters');
    const url = parse(endpoint);
    if (url === null) return refuse('must be a URL');
    if (url.protocol !== 'https:') return refuse('must be https');
    if (url.username !== '' || url.password !== '') return refuse('must contain no credentials');
    if (url.hash !== '') return refuse('must contain no fragment');
    const path = url.pathname + url.search;
    // Another text of the same URL would be a second subscription of the device, and another host to other parsers.
    if (endpoint !== url.origin + path || !PATH_AND_QUERY.test(path)) {
      return refuse(
        'must be written as browsers give it: with no other case, slashes, dots, port or escapes',
      );
    }
    const found = { ok: true, origin: url.origin, path } as const;
    if (extraOrigins.has(url.origin)) return { ...found, provider: 'other', regional: false };
    if (url.port !== '') return refuse('must be on port 443');
    // Chrome uses this host for a subscription that was removed for good.
    if (url.hostname === 'permanently-removed.invalid') return refuse('the subscription has ended', true);
    const provider = HOSTS.get(url.hostname);
    if (provider !== undefined) return { ...found, provider, regional: false };
    const parent = PARENTS.find(([suffix]) => url.hostname.endsWith(suffix));
    if (parent !== undefined && DNS_NAME.test(url.hostname))
      return { ...found, provider: parent[1], regional: true };
    return refuse('must belong to a known push service');
  }

  const named = new Set([...HOSTS.keys(), ...extraHosts]);
  const resolve = createLookupTurns(named, options.resolve ?? dnsLookup);
  return { check, lookup: createPublicLookup(extraHosts, resolve) };
}

/** `URL.canParse` before it would parse each endpoint twice. */
function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
