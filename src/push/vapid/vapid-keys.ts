import { createECDH, createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { createSecretFile, readIfThere } from '../../ops/secret-file.ts';
import { UnfitError } from '../../ops/unfit.ts';
import { keys } from '../../redis/keys.ts';
import type { Redis } from '../../redis/connect.ts';
import { CURVE, isP256Point } from './p256.ts';

/** A subscription's record has room for so many (audience/record.ts). */
const KEY_ID_BYTES = 4;

/** The application server's key pair (RFC 8292): browsers subscribe with the public one, we sign with the private one. */
export interface VapidKeys {
  /** base64url of 65 bytes: `applicationServerKey` of the Push API, and `k` of the Authorization header. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
  /** Short and stable: kept with each subscription, because a push service refuses another key than it was made with. */
  readonly keyId: string;
}

/** Thrown when keys are set or stored that cannot be used: the message says what to do. */
export class VapidKeyError extends UnfitError {
  override readonly name = 'VapidKeyError';
}

/**
 * The keys that are set, or else those in `dataDir/vapid.json`, which is made (mode 0600) when it is not there.
 * Several processes may start at the same time: they all get the same keys.
 * @param source.publicKey base64url of 65 bytes, @param source.privateKey base64url of 32 bytes; both or neither
 * @throws {VapidKeyError} if a key is malformed, or the public key does not belong to the private one
 */
export async function loadVapidKeys(source: {
  dataDir: string;
  publicKey: string | undefined;
  privateKey: string | undefined;
}): Promise<VapidKeys> {
  const { dataDir, publicKey, privateKey } = source;
  if (publicKey !== undefined && privateKey !== undefined) {
    return parseVapidKeys({ publicKey, privateKey }, 'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY');
  }
  const file = join(dataDir, 'vapid.json');
  const text = (await readIfThere(file)) ?? (await createSecretFile(file, newPair()));
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    throw new VapidKeyError(
      `${file} is not JSON: restore it from a backup, or delete it, after which every reader must subscribe again`,
    );
  }
  return parseVapidKeys(stored, file);
}

/** JSON of a new pair. */
function newPair(): string {
  const ecdh = createECDH(CURVE);
  ecdh.generateKeys();
  const scalar = ecdh.getPrivateKey();
  // OpenSSL leaves out leading zeros.
  const privateKey = Buffer.concat([Buffer.alloc(32 - scalar.length), scalar]).toString('base64url');
  return `${JSON.stringify({ publicKey: ecdh.getPublicKey('base64url'), privateKey }, null, 2)}\n`;
}

/**
 * Makes this key the one that is used on this Redis, or checks that it is. A machine with another key would sign what no
 * push service takes from it, and hand its readers a key that the other machines cannot sign for.
 * @throws {VapidKeyError} when another key is in use
 */
export async function claimVapidKey(redis: Redis, { keyId }: Pick<VapidKeys, 'keyId'>): Promise<void> {
  await redis.set(keys.vapidKey, keyId, 'NX');
  const inUse = await redis.get(keys.vapidKey);
  if (inUse === null || inUse === keyId) return;
  throw new VapidKeyError(
    `The VAPID key of this machine (${keyId}) differs from the key in use on this Redis (${inUse}): give every machine the same ` +
      `VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY, or the same vapid.json in its DATA_DIR. If the key was replaced on purpose, ` +
      `stop all of Ajil, delete the key ${keys.vapidKey} from Redis and start again; every reader must then subscribe again`,
  );
}

/** @throws {VapidKeyError} naming `where` they come from */
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
    privateKey: createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: point.toString('base64url', 1, 33),
        y: point.toString('base64url', 33),
        d: scalar.toString('base64url'),
      },
    }),
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
