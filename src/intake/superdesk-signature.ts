import { createHmac } from 'node:crypto';
import { isSame } from '../editors/secrets.ts';

/**
 * Whether Superdesk signed these bytes: `sha1=` and the HMAC-SHA1 over them in hex, with the destination's secret token
 * (superdesk-core, superdesk/publish/transmitters/http_push.py). Takes the same time wherever two signatures differ.
 */
export function isSigned(bytes: Buffer, header: string, secret: string): boolean {
  const signature = createHmac('sha1', secret).update(bytes).digest('hex');
  return isSame(header.trim().toLowerCase(), `sha1=${signature}`);
}
