import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { createPublicLookup, isPublicAddress } from '../../../push/endpoint/public-address.ts';
import type { OutletOf } from '../outlet.ts';

type Server = Pick<OutletOf<'email'>, 'host' | 'port'>;

/** As `WEBHOOK_ALLOWED_ORIGINS` names a mail server inside the newsroom's network. */
const isAllowed = ({ host, port }: Server, allowedOrigins: readonly string[]): boolean =>
  allowedOrigins.includes(`smtp://${host.toLowerCase()}:${port}`);

/** @returns why not; undefined: it may be called */
export function mailServerFault(server: Server, allowedOrigins: readonly string[]): string | undefined {
  if (isIP(server.host) === 0 || isPublicAddress(server.host) || isAllowed(server, allowedOrigins))
    return undefined;
  return `must be a public address (or be allowed in WEBHOOK_ALLOWED_ORIGINS, as smtp://${server.host}:${server.port})`;
}

/** A `lookup` that gives no address inside our network, unless the operator allows this server. */
export const mailServerLookup = (server: Server, allowedOrigins: readonly string[]): LookupFunction =>
  createPublicLookup(new Set(isAllowed(server, allowedOrigins) ? [server.host] : []), dnsLookup);
