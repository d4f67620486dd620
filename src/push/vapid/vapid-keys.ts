import { join } from 'node:path';
import { createSecretFile, readIfThere } from '../../ops/secret-file.ts';
import { keys } from '../../redis/keys.ts';
import type { Redis } from '../../redis/connect.ts';
import { parseVapidKeys, VapidKeyError, type VapidKeys } from './parse-vapid-keys.ts';

/**
 * Returns the configured keys, or else those in `dataDir/vapid.json`. It makes that file (mode 0600) if it is missing.
 * Processes that start at the same time all get the same keys.
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
  const text = (await readIfThere(file)) ?? (await createSecretFile(file, await newPair()));
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

/** JSON of a new pair. web-push is loaded only for it, because a server needs it for nothing else (10 MB, 50 ms). */
async function newPair(): Promise<string> {
  const { default: webPush } = await import('web-push');
  return `${JSON.stringify(webPush.generateVAPIDKeys(), null, 2)}\n`;
}

/**
 * Claims this Redis for this key, or checks that this key has it. Push services would refuse messages of a machine with
 * another key, and its readers would subscribe with a key for which the other machines cannot sign.
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
