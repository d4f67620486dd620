import type { TransportRequest } from '../types.ts';

/** A path and query: visible ASCII only, so that no server can read it as anything else. */
const PATH = /^\/[\x21-\x7e]*$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const VALUE = /^[\x20-\x7e]*$/;
/** Names that are reserved for HTTP itself (RFC 9113, section 8.2.2), and the one that the transport writes. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);
/** Fits into one frame, so that CONTINUATION is never needed. */
const MAX_HEADER_BYTES = 12_000;

/** The last sound value of each name. Headers repeat, so most need no new check. The number of names is bounded. */
const known = new Map<string, string>();
const MAX_KNOWN = 64;

/** HPACK adds less than this to each name and value. */
const FIELD_OVERHEAD_BYTES = 8;

/**
 * Checks that path and headers may be sent as they are: they inject nothing and use no reserved name.
 * @returns most bytes that they take in a header block; undefined if they are not sound or take more than 12,000
 */
export function soundHeaderBytes(request: TransportRequest): number | undefined {
  let bytes = request.path.length;
  // A plain record has no inherited names.
  for (const name in request.headers) {
    const value = request.headers[name] ?? '';
    bytes += name.length + value.length + FIELD_OVERHEAD_BYTES;
    if (known.get(name) === value) continue;
    if (!NAME.test(name) || FORBIDDEN.has(name) || !VALUE.test(value)) return undefined;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, value);
  }
  return bytes <= MAX_HEADER_BYTES && PATH.test(request.path) ? bytes : undefined;
}
