import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIPv4, type LookupFunction } from 'node:net';

// IANA's special-purpose address registries (RFC 6890 and later additions), and multicast.
const SPECIAL_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

// Only 2000::/3 of IPv6 is global unicast (RFC 4291, section 2.4). These parts of it are not: Teredo and other protocol
// assignments, documentation, 6to4 (which hides an IPv4 address), documentation again.
const SPECIAL_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const special = new BlockList();
for (const [net, prefix] of SPECIAL_V4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of SPECIAL_V6) special.addSubnet(net, prefix, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an IP address belongs to the public internet: it is not loopback, private, link-local, multicast, mapped or
 * reserved.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** How {@link createPublicLookup} resolves: `dns.lookup` with `all: true`. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number | 'IPv4' | 'IPv6' },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for one call of a URL: only a trusted origin may have an address inside our own network. Another port of the same
 * host is another server.
 */
export const lookupFor = ({ origin, hostname }: URL, trustedOrigins: ReadonlySet<string>): LookupFunction =>
  createPublicLookup(new Set(trustedOrigins.has(origin) ? [hostname] : []), dnsLookup);

/**
 * A `lookup` for `net.connect` and `tls.connect` that never returns an address inside our own network, even if the name
 * system gives one (DNS rebinding): the checked address is the address that is connected to.
 * @param trustedHosts host names that may resolve to anything
 * @param resolve as `dns.lookup` does
 */
export function createPublicLookup(trustedHosts: ReadonlySet<string>, resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    const { all, ...rest } = options;
    const family = rest.family === undefined ? {} : { family: rest.family };
    resolve(hostname, { ...family, all: true }, (error, found) => {
      if (error) return done(error, '', 0);
      const addresses = trustedHosts.has(hostname)
        ? found
        : found.filter(({ address }) => isPublicAddress(address));
      const [first] = addresses;
      if (first === undefined) {
        const refused: NodeJS.ErrnoException = new Error('the name resolves to no public address');
        refused.code = 'ENOTPUBLIC';
        return done(refused, '', 0);
      }
      return all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}
