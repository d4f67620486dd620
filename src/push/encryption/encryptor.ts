import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../ops/logger.ts';
import { loadNativeEncryption } from './native.ts';
import { createPortableEncryption, type TargetKeys } from './portable.ts';
import { proveEncryption } from './proof.ts';

/** RFC 8291, section 4: what fits into one record of 4,096 bytes. */
export const MAX_PLAINTEXT = 3993;

export interface EncryptionJob {
  readonly target: TargetKeys;
  /** At most {@link MAX_PLAINTEXT} bytes. */
  readonly payload: Buffer;
}

type Encrypt = (jobs: readonly EncryptionJob[]) => (Buffer | undefined)[];

export interface Encryptor {
  readonly kind: 'native' | 'portable';
  /** Jobs to give at a time, at most: a call then holds the event loop for about 3 ms. */
  readonly chunk: number;
  /**
   * The body of each job, in order, each with a key pair and a salt of its own. Undefined where the job cannot be
   * encrypted (`p256dh` is not on the curve, `auth` has not 16 bytes, the payload is too long). Never throws.
   */
  readonly encrypt: Encrypt;
}

// At ~80 us (native) and ~270 us (portable) a message: docs/decisions/0002-encryption.md.
const NATIVE_CHUNK = 32;
const PORTABLE_CHUNK = 10;

// Seen from src/push/encryption and from dist/src/push/encryption.
const ADDON_PATHS = ['../../../build/push-crypto.node', '../../../../build/push-crypto.node'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Opens the fastest encryption that works here: the addon if it was built, loads and proves itself; else Node's own
 * functions, with one line in the log.
 * @param deps.addonPath the addon; by default where `scripts/build-native.mjs` puts it. Null: none
 */
export function openEncryptor(deps: { logger: Logger; addonPath?: string | null }): Encryptor {
  const { logger, addonPath = ADDON_PATHS.find((path) => existsSync(path)) } = deps;
  const portable = createPortable();
  if (addonPath === undefined || addonPath === null) {
    logger.info(
      'push encryption runs without its native addon; build it with `node scripts/build-native.mjs`',
    );
    return portable;
  }
  try {
    const native = loadNativeEncryption(addonPath);
    proveEncryption(native);
    const encrypt = screened(orElse(native, portable.encrypt, logger));
    return { kind: 'native', chunk: NATIVE_CHUNK, encrypt };
  } catch (error) {
    logger.info(
      { err: error },
      'push encryption runs without its native addon, which does not work on this machine',
    );
    return portable;
  }
}

function createPortable(): Encryptor {
  const encryptOne = createPortableEncryption();
  const encrypt: Encrypt = (jobs) =>
    jobs.map(({ target, payload }) => {
      try {
        return encryptOne(target, payload);
      } catch {
        return undefined; // the only reason: not a point
      }
    });
  return { kind: 'portable', chunk: PORTABLE_CHUNK, encrypt: screened(encrypt) };
}

/** Keeps out what has not the right sizes. */
function screened(encrypt: Encrypt): Encrypt {
  const fits = ({ target, payload }: EncryptionJob): boolean =>
    target.p256dh.length === 65 &&
    target.p256dh[0] === 4 &&
    target.auth.length === 16 &&
    payload.length <= MAX_PLAINTEXT;
  return (jobs) =>
    jobs.every(fits) ? encrypt(jobs) : jobs.map((job) => (fits(job) ? encrypt([job])[0] : undefined));
}

function orElse(native: Encrypt, portable: Encrypt, logger: Logger): Encrypt {
  let told = false;
  return (jobs) => {
    try {
      return native(jobs);
    } catch (error) {
      if (!told) logger.error({ err: error }, 'the encryption addon failed; continuing without it');
      told = true;
      return portable(jobs);
    }
  };
}
