import { faultInBody } from './encryption.ts';
import { createVapidReader, faultInClaims } from './vapid.ts';

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

export interface PushRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** RFC 8030, section 7.2: a push service must carry 4,096 bytes; the known ones carry not much more. */
export const MAX_BODY_BYTES = 4096;

/**
 * Makes what tells a right push request from a wrong one, as strictly as the strictest of the real push services.
 * @param now epoch in ms
 */
export function createChecks(
  origin: () => string,
  now: () => number,
): (request: PushRequest, applicationServerKey: string | undefined) => Refusal | undefined {
  const readVapid = createVapidReader();

  function checkVapid(value: string, applicationServerKey: string | undefined): Refusal | undefined {
    if (value === '') return { status: 401, reason: 'MissingAuthorization' };
    const reading = readVapid(value);
    if (!reading.ok) return { status: 403, reason: reading.reason };
    if (applicationServerKey !== undefined && reading.key !== applicationServerKey) {
      return { status: 403, reason: 'VapidPkHashMismatch: k is not the key of the subscription' };
    }
    const fault = faultInClaims(reading.claims, origin(), now());
    return fault === undefined ? undefined : { status: 403, reason: fault };
  }

  return (request, applicationServerKey) => {
    const header = (name: string): string => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? '');
    };
    const vapid = checkVapid(header('authorization'), applicationServerKey);
    if (vapid !== undefined) return vapid;
    const bad = (reason: string): Refusal => ({ status: 400, reason });
    const ttl = header('ttl');
    if (!/^\d{1,10}$/.test(ttl)) return bad(ttl === '' ? 'MissingTtl' : 'BadTtl');
    if (Number(ttl) === 0) return bad('BadTtl: WNS refuses 0');
    if (header('content-encoding') !== 'aes128gcm') return bad('BadContentEncoding');
    if (!/^(very-low|low|normal|high)?$/.test(header('urgency'))) return bad('BadUrgency');
    const topic = header('topic');
    if (!/^[A-Za-z0-9_-]{0,32}$/.test(topic) || topic.length % 4 === 1) return bad('BadWebPushTopic');
    if (request.body.length > MAX_BODY_BYTES) return { status: 413, reason: 'PayloadTooLarge' };
    const fault = faultInBody(request.body);
    return fault === undefined ? undefined : bad(`BadEncryption: ${fault}`);
  };
}
