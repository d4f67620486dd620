import { isIP } from 'node:net';
import { isPublicAddress } from '../../push/endpoint/public-address.ts';

/** {@link addressFault} of a webhook, for the admin. */
export function webhookFault(text: string, allowedOrigins: readonly string[]): string | undefined {
  const fault = addressFault(text, allowedOrigins);
  return fault === NOT_HTTPS ? `${fault} (or be allowed in WEBHOOK_ALLOWED_ORIGINS)` : fault;
}

const NOT_HTTPS = 'must begin with https://';

/**
 * Whether calls may go to an address that others name. They could otherwise reach what only this machine reaches; the names
 * are looked at again when they are resolved.
 * @param allowedOrigins the operator's own receivers, which may be private and without TLS
 * @returns why not; undefined: it may be called
 */
export function addressFault(text: string, allowedOrigins: readonly string[]): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not contain credentials';
  if (allowedOrigins.includes(url.origin)) return undefined;
  if (url.protocol !== 'https:') return NOT_HTTPS;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) return 'must be a public address';
  return undefined;
}
