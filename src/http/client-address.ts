import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import proxyAddress from 'proxy-addr';

/** Whether the peer that is `hop` proxies away from us is a proxy of ours. */
export type Trust = (address: string, hop: number) => boolean;

/** Compiles `TRUST_PROXY` (https://expressjs.com/en/guide/behind-proxies.html). */
export function compileTrust(trustProxy: boolean | number | readonly string[]): Trust {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return proxyAddress.compile([...trustProxy]);
}

/**
 * Finds the address of the client behind the proxies that we trust. A proxy may name it with a port (Azure's does). When the
 * proxy names no address, the peer's address counts.
 */
export function clientAddress(request: IncomingMessage, trust: Trust): string {
  const { socket, headers } = request;
  const named = headers['x-forwarded-for'];
  const peer = socket.remoteAddress ?? '';
  if (typeof named !== 'string') return peer;
  const forwarded = named.split(',').map(withoutPort).join(',');
  const view = { socket, connection: socket, headers: { 'x-forwarded-for': forwarded } };
  const address = proxyAddress(view as unknown as IncomingMessage, trust);
  return isIP(address) === 0 ? peer : address;
}

/** Takes the address out of `192.0.2.1:50001`, `[2001:db8::1]:50001` and `[2001:db8::1]`; returns other texts unchanged. */
function withoutPort(named: string): string {
  const text = named.trim();
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(text);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  const plain = /^([^:]*):\d*$/.exec(text);
  return plain?.[1] !== undefined && isIPv4(plain[1]) ? plain[1] : text;
}

/** The unit of all bounds per address: an IPv4 address, or the IPv6 network of one customer (/64, RFC 6177). */
export function addressBucket(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(address)) return address;
  const [before = '', after] = address.split('%', 1)[0]?.split('::') ?? [];
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
