import { createECDH, createHash } from 'node:crypto';
import { UnfitError } from '../../ops/unfit.ts';
import { CURVE, isP256Point } from './p256.ts';

/** A subscription's record has room for so many bytes (audience/record.ts). */
const KEY_ID_BYTES = 4;

/**
 * The application server's key pair (RFC 8292). Browsers subscribe with the public key; Ajil signs with the private
 * key.
 */
export interface VapidKeys {
  /** base64url of 65 bytes: `applicationServerKey` of the Push API, and `k` of the Authorization header. */
  readonly publicKey: string;
  /** base64url of 32 bytes. */
  readonly privateKey: string;
  /** Short and stable. Each subscription keeps it, because its push service refuses every other key. */
  readonly keyId: string;
}

/** Thrown when configured or stored keys cannot be used. The message says what to do. */
export class VapidKeyError extends UnfitError {
  override readonly name = 'VapidKeyError';
}

/**
 * Reads a key pair, more strictly than web-push: the two keys must belong together.
 * @param where names the source of the keys in errors
 * @throws {VapidKeyError}
 */
export function parseVapidKeys(stored: unknown, where: string): VapidKeys {
  const { publicKey, privateKey } = (stored ?? {}) as Record<string, unknown>;
  const point = decode(publicKey);
  const scalar = decode(privateKey);
  if (!isP256Point(point)) {
    throw new VapidKeyError(`${where}: the public key must be base64url of a P-256 point of 65 bytes`);
  }
  if (scalar.length !== 32) {
    throw new VapidKeyError(`${where}: the private key must be base64url of 32 bytes`);
  }
  if (!publicOf(scalar, where).equals(point)) {
    throw new VapidKeyError(`${where}: the public key does not belong to the private key`);
  }
  return {
    publicKey: point.toString('base64url'),
    privateKey: scalar.toString('base64url'),
    keyId: vapidKeyId(point),
  };
}

/** @param publicKey 65 bytes, uncompressed point */
export const vapidKeyId = (publicKey: Buffer): string =>
  createHash('sha256').update(publicKey).digest().toString('base64url', 0, KEY_ID_BYTES);

function decode(text: unknown): Buffer {
  // Other tools write the standard alphabet (RFC 4648, section 4): Buffer reads both.
  return typeof text === 'string' && /^[\w+/-]+={0,2}$/.test(text)
    ? Buffer.from(text, 'base64url')
    : Buffer.alloc(0);
}

function publicOf(scalar: Buffer, where: string): Buffer {
  const ecdh = createECDH(CURVE);
  try {
    ecdh.setPrivateKey(scalar);
  } catch {
    throw new VapidKeyError(`${where}: the private key is not a P-256 private key`);
  }
  return ecdh.getPublicKey();
}
