import type { PushTarget } from '../types.ts';

/** RFC 8291, section 4: what fits into one record of 4,096 bytes. */
export const MAX_PLAINTEXT = 3993;

/** One message for one reader. */
export interface EncryptionJob {
  readonly target: Pick<PushTarget, 'p256dh' | 'auth'>;
  /** At most {@link MAX_PLAINTEXT} bytes. */
  readonly payload: Buffer;
}

/**
 * The `aes128gcm` body (RFC 8291, section 4) of each job, in order. Each body has its own key pair and salt. A body is
 * undefined where `p256dh` is not on the curve.
 */
export type Encrypt = (jobs: readonly EncryptionJob[]) => (Buffer | undefined)[];
