import { createHmac } from 'node:crypto';
import { isSame } from '../editors/secrets.ts';

/**
 * Whether Ghost signed these bytes: `sha256=<hex>, t=<ms>`, the HMAC-SHA256 over them and the time in decimal digits; Ghost
 * before 5.87.1 left the time out (https://github.com/TryGhost/Ghost/pull/20500). How old it is does not matter: the same item
 * again changes nothing. Takes the same time wherever two signatures differ.
 */
export function isSignedByGhost(bytes: Buffer, header: string, secret: string): boolean {
  const parts = new Map(
    header.split(',').map((part) => {
      const [name = '', value = ''] = part.trim().split('=');
      return [name.toLowerCase(), value];
    }),
  );
  const [given, time] = [(parts.get('sha256') ?? '').toLowerCase(), parts.get('t') ?? ''];
  const sign = (end: string): string => createHmac('sha256', secret).update(bytes).update(end).digest('hex');
  // Both are made and compared in any case.
  return [sign(time), sign('')].map((signature) => isSame(given, signature)).includes(true);
}
