import { ECDH } from 'node:crypto';

/** The curve's name in OpenSSL (RFC 8291, section 3.1: P-256). */
export const CURVE = 'prime256v1';

/**
 * Whether a key is an uncompressed point on P-256 (65 bytes). Nothing can be encrypted for another key, so a subscription
 * with one is refused at once (RFC 8291, section 7: points must be validated).
 */
export function isP256Point(key: Buffer): boolean {
  if (key.length !== 65 || key[0] !== 4) return false;
  try {
    ECDH.convertKey(key, CURVE);
    return true;
  } catch {
    return false;
  }
}
