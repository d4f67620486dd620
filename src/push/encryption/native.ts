import { createRequire } from 'node:module';
import { KEYING_BYTES, type Arm, type Encrypt, type EncryptionJob } from './job.ts';

/** Its source is push-crypto.c. */
interface Addon {
  encrypt(count: number, messages: Buffer, bodies: Buffer): void;
  arm(count: number, receivers: Buffer, keyings: Buffer): void;
}

// The layout of what the addon reads and writes.
const POINT = 65;
const UNCOMPRESSED = 4;
const RECEIVER = POINT + 16;
const KEYING = 1 + KEYING_BYTES;
const KEY_ID_LENGTH_AT = 20;
const OVERHEAD_OUT = KEY_ID_LENGTH_AT + 1 + POINT + 1 + 16;

const headBytes = ({ target }: EncryptionJob): number =>
  1 + (target.keying === undefined ? RECEIVER : KEYING) + 4;

/** Both functions take at most 64 at a time. */
export interface NativeEncryption {
  readonly encrypt: Encrypt;
  readonly arm: Arm;
}

/**
 * Loads the addon.
 * @throws if `path` has no addon, or this Node cannot load it
 */
export function loadNativeEncryption(path: string): NativeEncryption {
  const addon = createRequire(import.meta.url)(path) as Addon;
  /** What the addon reads, for the length of a call. */
  let scratch = Buffer.alloc(0);

  function encrypt(jobs: readonly EncryptionJob[]): (Buffer | undefined)[] {
    let [bytesIn, bytesOut] = [0, 0];
    for (const job of jobs) {
      bytesIn += headBytes(job) + job.payload.length;
      bytesOut += OVERHEAD_OUT + job.payload.length;
    }
    if (scratch.length < bytesIn) scratch = Buffer.allocUnsafeSlow(2 * bytesIn);
    const messages = scratch.subarray(0, bytesIn);
    const bodies = Buffer.allocUnsafe(bytesOut);
    let at = 0;
    for (const { target, payload } of jobs) {
      at = writeKeys(messages, at, target);
      at = messages.writeUInt32LE(payload.length, at);
      payload.copy(messages, at);
      at += payload.length;
    }
    addon.encrypt(jobs.length, messages, bodies);
    let start = 0;
    return jobs.map(({ payload }) => {
      const body = bodies.subarray(start, start + OVERHEAD_OUT + payload.length);
      start += body.length;
      return body[KEY_ID_LENGTH_AT] === POINT ? body : undefined;
    });
  }

  const arm: Arm = (receivers) => {
    const bytes = Buffer.concat(receivers.flatMap(({ p256dh, auth }) => [p256dh, auth]));
    const keyings = Buffer.allocUnsafe(receivers.length * KEYING);
    addon.arm(receivers.length, bytes, keyings);
    return receivers.map((_, index) => {
      const keying = keyings.subarray(index * KEYING, (index + 1) * KEYING);
      return keying[0] === UNCOMPRESSED ? keying.subarray(1) : undefined;
    });
  };

  return { encrypt, arm };
}

/** @returns where the length of the text follows */
function writeKeys(messages: Buffer, at: number, { keying, p256dh, auth }: EncryptionJob['target']): number {
  if (keying === undefined) {
    messages[at] = 0;
    messages.set(p256dh, at + 1);
    messages.set(auth, at + 1 + POINT);
    return at + 1 + RECEIVER;
  }
  messages[at] = 1;
  messages[at + 1] = UNCOMPRESSED;
  messages.set(keying, at + 2);
  return at + 1 + KEYING;
}
