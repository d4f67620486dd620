import { createRequire } from 'node:module';
import type { Encrypt } from './job.ts';

/** Its source is push-crypto.c. */
interface Addon {
  encrypt(count: number, messages: Buffer, bodies: Buffer): void;
}

// The layout of what the addon reads and writes.
const POINT = 65;
const AUTH = 16;
const HEAD_IN = POINT + AUTH + 4;
const KEY_ID_LENGTH_AT = 20;
const OVERHEAD_OUT = KEY_ID_LENGTH_AT + 1 + POINT + 1 + 16;

/**
 * Loads the addon.
 * @returns encrypts up to 64 messages in one call
 * @throws if `path` has no addon, or this Node cannot load it
 */
export function loadNativeEncryption(path: string): Encrypt {
  const addon = createRequire(import.meta.url)(path) as Addon;
  return (jobs) => {
    const texts = jobs.reduce((sum, job) => sum + job.payload.length, 0);
    const messages = Buffer.allocUnsafe(texts + jobs.length * HEAD_IN);
    const bodies = Buffer.allocUnsafe(texts + jobs.length * OVERHEAD_OUT);
    let at = 0;
    for (const { target, payload } of jobs) {
      messages.set(target.p256dh, at);
      messages.set(target.auth, at + POINT);
      messages.writeUInt32LE(payload.length, at + POINT + AUTH);
      messages.set(payload, at + HEAD_IN);
      at += HEAD_IN + payload.length;
    }
    addon.encrypt(jobs.length, messages, bodies);
    let start = 0;
    return jobs.map(({ payload }) => {
      const body = bodies.subarray(start, start + OVERHEAD_OUT + payload.length);
      start += body.length;
      return body[KEY_ID_LENGTH_AT] === POINT ? body : undefined;
    });
  };
}
