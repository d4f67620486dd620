import { join } from 'node:path';
import webPush from 'web-push';
import { createSecretFile, readIfThere } from '../../ops/secret-file.ts';
import { keys } from '../../redis/keys.ts';
import type { Redis } from '../../redis/connect.ts';
import { parseVapidKeys, VapidKeyError, type VapidKeys } from './parse-vapid-keys.ts';

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
  const text =
    (await readIfThere(file)) ??
    (await createSecretFile(file, `${JSON.stringify(webPush.generateVAPIDKeys(), null, 2)}\n`));
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
