import { createECDH, createHash, createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
export class VapidKeyError extends Error {
  override readonly name = 'VapidKeyError';
}

/**
 * The keys that are set, or else those in `dataDir/vapid.json`, which is made (mode 0600) when it is not there.
 * Several processes may start at once: they all get the same keys.
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
    return parseKeys({ publicKey, privateKey }, 'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY');
  }
  const file = join(dataDir, 'vapid.json');
  const text = (await read(file)) ?? (await create(dataDir, file));
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    throw new VapidKeyError(`${file} is not JSON: restore it from a backup, or readers must subscribe anew`);
  }
  return parseKeys(stored, file);
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file of our own and links it: link(2) fails if another process was first, and then its keys count. */
async function create(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const ecdh = createECDH(CURVE);
  ecdh.generateKeys();
  const scalar = ecdh.getPrivateKey();
  // OpenSSL leaves out leading zeros.
  const privateKey = Buffer.concat([Buffer.alloc(32 - scalar.length), scalar]).toString('base64url');
  const text = `${JSON.stringify({ publicKey: ecdh.getPublicKey('base64url'), privateKey }, null, 2)}\n`;
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await link(draft, file);
    await syncFolder(dataDir);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readFile(file, 'utf8');
  } finally {
    await handle.close();
    await rm(draft);
  }
}

/** Makes the new name in it durable (fsync(2)). */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function parseKeys(stored: unknown, where: string): VapidKeys {
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
  return typeof text === 'string' && /^[\w-]+={0,2}$/.test(text)
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
