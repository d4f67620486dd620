import { createPublicKey, verify } from 'node:crypto';
import { decrypt, makeReceiverKeys } from './push-service/encryption.ts';

/** A browser's side of a subscription. */
export interface TestReceiver {
  readonly p256dh: Buffer;
  readonly auth: Buffer;
  /** @throws if the body is not one that this browser can read */
  decrypt(body: Buffer): Buffer;
}

export function createReceiver(): TestReceiver {
  const keys = makeReceiverKeys();
  return { p256dh: keys.publicKey, auth: keys.auth, decrypt: (body) => decrypt(body, keys) };
}

export interface VapidClaims {
  readonly aud: string;
  readonly exp: number;
  readonly sub: string;
}

/**
 * Reads an `Authorization: vapid …` header as a push service does (RFC 8292, sections 2 and 3).
 * @throws if it is malformed or its signature is wrong
 */
export function readVapid(header: string): { claims: VapidClaims; token: string; publicKey: string } {
  const match = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]{87})$/.exec(header);
  if (match === null) throw new Error('malformed Authorization header');
  const [, head = '', claims = '', signature = '', publicKey = ''] = match;
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)];
  const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
  const signed = Buffer.from(`${head}.${claims}`);
  const right = verify(
    'sha256',
    signed,
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const { typ, alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { typ: string; alg: string };
  if (!right || typ !== 'JWT' || alg !== 'ES256') throw new Error('the signature is wrong');
  return {
    claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as VapidClaims,
    token: `${head}.${claims}.${signature}`,
    publicKey,
  };
}
