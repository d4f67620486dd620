import type { Payload, PushTarget } from '../types.ts';

/** RFC 8291, section 4: what fits into one record of 4,096 bytes. */
export const MAX_PLAINTEXT = 3993;

/** The keys that a message is encrypted for. */
export type Receiver = Pick<PushTarget, 'p256dh' | 'auth'>;

/**
 * Our public key without its first byte, and the input keying material of RFC 8291, section 3.4: what a message needs of two
 * multiplications on P-256. Each is for one message alone.
 */
export const KEYING_BYTES = 64 + 32;

/** One message for one reader. */
export interface EncryptionJob {
  readonly target: Receiver & Pick<PushTarget, 'keying'>;
  /** At most {@link MAX_PLAINTEXT} bytes. */
  readonly payload: Payload;
}

/**
 * The `aes128gcm` body (RFC 8291, section 4) of each job, in order. Each body has its own key pair and salt. A body is
 * undefined where `p256dh` is not on the curve.
 */
export type Encrypt = (jobs: readonly EncryptionJob[]) => (Buffer | undefined)[];

/** Makes a keying for each receiver, in order; undefined where `p256dh` is not on the curve. */
export type Arm = (receivers: readonly Receiver[]) => (Buffer | undefined)[];
