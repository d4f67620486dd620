import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../ops/logger.ts';
import { PROJECT } from '../../ops/project.ts';
import {
  KEYING_BYTES,
  MAX_PLAINTEXT,
  type Arm,
  type Encrypt,
  type EncryptionJob,
  type Receiver,
} from './job.ts';
import { loadNativeEncryption } from './native.ts';
import { encryptPortably } from './portable.ts';
import { proveEncryption } from './proof.ts';

export interface Encryptor {
  readonly kind: 'native' | 'portable';
  /** Most jobs without a keying in one call, which then holds the event loop for about 3 ms. */
  readonly chunk: number;
  /**
   * At most {@link MOST_JOBS} at a time. A body is undefined too where `auth` has not 16 bytes or the payload is too long. Never throws.
   */
  readonly encrypt: Encrypt;
  /** Makes keyings, at most {@link MOST_JOBS} at a time; undefined where `auth` has not 16 bytes too. Only the addon can. */
  readonly arm?: Arm;
}

/** Jobs of one call. One with a keying costs 1 us instead of 80. */
export const MOST_JOBS = 64;

// At ~80 us (native) and ~300 us (portable) a message: docs/decisions/0002-encryption.md.
const NATIVE_CHUNK = 32;
const PORTABLE_CHUNK = 10;

/** Where `scripts/build-native.mjs` puts it. */
const ADDON = join(PROJECT, 'build/push-crypto.node');

/**
 * Opens the fastest encryption that works on this machine: the addon if it was built, loads and proves itself, or else
 * web-push, with one line in the log.
 * @param deps.addonPath the addon. By default it is where `scripts/build-native.mjs` puts it; null means none
 */
export function openEncryptor(deps: { logger: Logger; addonPath?: string | null }): Encryptor {
  const { logger, addonPath = existsSync(ADDON) ? ADDON : null } = deps;
  const portable: Encryptor = {
    kind: 'portable',
    chunk: PORTABLE_CHUNK,
    encrypt: screened(encryptPortably),
  };
  if (addonPath === null) {
    logger.info(
      'push encryption runs without its native addon; build it with `node scripts/build-native.mjs`',
    );
    return portable;
  }
  try {
    const native = loadNativeEncryption(addonPath);
    proveEncryption(native.encrypt, native.arm);
    const encrypt = screened(orElse(native.encrypt, encryptPortably, logger));
    return { kind: 'native', chunk: NATIVE_CHUNK, encrypt, arm: screenedArm(native.arm) };
  } catch (error) {
    logger.info(
      { err: error },
      'push encryption runs without its native addon, which does not work on this machine',
    );
    return portable;
  }
}

/** Refuses jobs of the wrong sizes: web-push would split a long payload into records that no browser reads. */
function screened(encrypt: Encrypt): Encrypt {
  const fits = ({ target, payload }: EncryptionJob): boolean =>
    receives(target) &&
    (target.keying === undefined || target.keying.length === KEYING_BYTES) &&
    payload.length <= MAX_PLAINTEXT;
  return (jobs) =>
    jobs.every(fits) ? encrypt(jobs) : jobs.map((job) => (fits(job) ? encrypt([job])[0] : undefined));
}

function screenedArm(arm: Arm): Arm {
  return (receivers) =>
    receivers.every(receives)
      ? arm(receivers)
      : receivers.map((one) => (receives(one) ? arm([one])[0] : undefined));
}

const receives = ({ p256dh, auth }: Receiver): boolean =>
  p256dh.length === 65 && p256dh[0] === 4 && auth.length === 16;

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
