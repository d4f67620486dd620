import { ECDH } from 'node:crypto';

/** The curve's name in OpenSSL (RFC 8291, section 3.1: P-256). */
export const CURVE = 'prime256v1';

/**
 * Whether these are 65 bytes of an uncompressed point that lies on P-256. A subscription's key that is none can never
 * be encrypted for: it is refused when the subscription is taken (RFC 8291, section 7: points must be validated).
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
