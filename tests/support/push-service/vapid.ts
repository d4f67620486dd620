import { createPublicKey, verify, type KeyObject } from 'node:crypto';

export interface VapidClaims {
  readonly aud: unknown;
  readonly exp: unknown;
  readonly sub: unknown;
}

export type VapidReading =
  | { readonly ok: true; readonly key: string; readonly claims: VapidClaims }
  | { readonly ok: false; readonly reason: string };

const MAX_KNOWN_TOKENS = 10_000;
const DAY_SECONDS = 86_400;

/**
 * Reads `Authorization: vapid t=…, k=…` (RFC 8292, section 3) and verifies the signature. Senders reuse a token for
 * hours, so what was verified once is remembered.
 */
export function createVapidReader(): (authorization: string) => VapidReading {
  const known = new Map<string, VapidReading>();
  return (authorization) => {
    let reading = known.get(authorization);
    if (reading === undefined) {
      reading = read(authorization);
      if (known.size >= MAX_KNOWN_TOKENS) known.clear();
      known.set(authorization, reading);
    }
    return reading;
  };
}

function read(authorization: string): VapidReading {
  const scheme = /^vapid\s+(.*)$/i.exec(authorization);
  if (scheme === null) return { ok: false, reason: 'MissingVapidScheme' };
  const parameters = new Map<string, string>();
  for (const part of (scheme[1] ?? '').split(',')) {
    const [name = '', ...value] = part.trim().split('=');
    parameters.set(name, value.join('='));
  }
  const token = parameters.get('t') ?? '';
  const key = parameters.get('k') ?? '';
  const [head, body, signature, ...rest] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) {
    return { ok: false, reason: 'BadJwtToken: not three parts' };
  }
  const publicKey = importKey(key);
  if (publicKey === undefined) return { ok: false, reason: 'BadVapidKey: k is not a P-256 point' };
  const header = parse(head);
  const claims = parse(body);
  if (header?.['alg'] !== 'ES256') return { ok: false, reason: 'BadJwtToken: alg is not ES256' };
  if (claims === undefined) return { ok: false, reason: 'BadJwtToken: claims are not JSON' };
  const genuine = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!genuine) return { ok: false, reason: 'BadJwtToken: signature' };
  return { ok: true, key, claims: { aud: claims['aud'], exp: claims['exp'], sub: claims['sub'] } };
}

function parse(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function importKey(key: string): KeyObject | undefined {
  const point = Buffer.from(key, 'base64url');
  if (point.length !== 65 || point[0] !== 0x04) return undefined;
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with the claims (RFC 8292, section 2; Apple also refuses a `sub` with spaces or brackets).
 * @param nowMs epoch
 */
export function faultInClaims(claims: VapidClaims, origin: string, nowMs: number): string | undefined {
  const { aud, exp, sub } = claims;
  if (aud !== origin) return 'BadJwtToken: aud is not the origin of the push service';
  if (typeof exp !== 'number' || !Number.isInteger(exp)) return 'BadJwtToken: exp is missing';
  if (exp <= nowMs / 1000) return 'ExpiredJwtToken';
  if (exp > nowMs / 1000 + DAY_SECONDS) return 'BadJwtToken: exp is more than 24 hours ahead';
  if (typeof sub !== 'string' || !/^(mailto:[^\s<>@]+@[^\s<>@]+|https:\/\/[^\s<>]+)$/.test(sub)) {
    return 'BadJwtToken: sub is neither mailto: nor https:';
  }
  return undefined;
}
