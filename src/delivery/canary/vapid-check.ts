import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';

const claimsSchema = z.object({ aud: z.string(), exp: z.number(), sub: z.string() });

/** RFC 8292, section 2. */
const LONGEST_LIFE_S = 24 * 3600;

/**
 * What a push service would say against our `Authorization` (RFC 8292, section 3); undefined: nothing.
 * @param publicKey ours: base64url of 65 bytes
 * @param nowMs by Redis's clock: a push service has a right one, too
 */
export function vapidFault(
  header: string | undefined,
  publicKey: string,
  origin: string,
  nowMs: number,
): string | undefined {
  const found = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)$/.exec(header ?? '');
  if (found === null) return 'the request has no VAPID token';
  const [, head = '', payload = '', signature = '', key] = found;
  if (key !== publicKey) return 'the request names another VAPID key than ours';
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.toString('base64url', 1, 33),
    y: point.toString('base64url', 33, 65),
  };
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${payload}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!signed) return 'the signature of the VAPID token is wrong';
  const { aud, exp } = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (aud !== origin) return 'the VAPID token is for another origin';
  const leftS = exp - nowMs / 1000;
  if (leftS > 0 && leftS <= LONGEST_LIFE_S) return undefined;
  return 'the VAPID token has expired or lives too long: the clock of this machine is wrong';
}
