import { createHmac } from 'node:crypto';
import { isSame } from '../../../editors/secrets.ts';

/** The methods that WebSub recognises (section 7.1). */
const METHODS = new Set(['sha1', 'sha256', 'sha384', 'sha512']);

/** Whether a hub signed these bytes: `method=hexdigest`. Takes the same time wherever two signatures differ. */
export function isSignedByHub(bytes: Buffer, header: string, secret: string): boolean {
  const [, method = '', digest = ''] = /^\s*([a-z0-9]+)=([0-9a-f]+)\s*$/i.exec(header) ?? [];
  if (!METHODS.has(method.toLowerCase())) return false;
  const made = createHmac(method.toLowerCase(), secret).update(bytes).digest('hex');
  return isSame(digest.toLowerCase(), made);
}
