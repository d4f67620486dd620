import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';

const BLOCK = 16;

/**
 * A receipt token is one block: shard and slot of the delivery and zeros, encrypted with AES-128 under a key of the
 * alert version's own. Only we can make one (96 bits of zeros must come out), and it names no subscription to others.
 */
export interface ReceiptTokens {
  /** Tokens for many deliveries of one shard, in their order. */
  make(version: { alertId: string; version: number }, shard: number, slots: readonly number[]): string[];
  /** Undefined when the token was not made for this version. */
  read(
    version: { alertId: string; version: number },
    token: string,
  ): { shard: number; slot: number } | undefined;
}

/** The secret is made once and shared by every process through Redis. */
export async function openReceiptTokens(redis: Redis): Promise<ReceiptTokens> {
  await redis.set(keys.receiptSecret, randomBytes(32).toString('base64url'), 'NX');
  const secret = Buffer.from((await redis.get(keys.receiptSecret)) ?? '', 'base64url');
  if (secret.length !== 32)
    throw new Error('the receipt secret in Redis is damaged: delete it, a new one is made');
  return createReceiptTokens(secret);
}

export function createReceiptTokens(secret: Buffer): ReceiptTokens {
  const keyOf = (version: { alertId: string; version: number }): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `receipt:${version.alertId}:${version.version}`, BLOCK));
  return {
    make: (version, shard, slots) => {
      const plain = Buffer.alloc(slots.length * BLOCK);
      slots.forEach((slot, index) => {
        plain.writeUInt8(shard, index * BLOCK);
        plain.writeUIntBE(slot, index * BLOCK + 1, 3);
      });
      const cipher = createCipheriv('aes-128-ecb', keyOf(version), null).setAutoPadding(false);
      const tokens = cipher.update(plain);
      return slots.map((_, index) => tokens.toString('base64url', index * BLOCK, (index + 1) * BLOCK));
    },
    read: (version, token) => {
      const block = Buffer.from(token, 'base64url');
      if (block.length !== BLOCK || block.toString('base64url') !== token) return undefined;
      const plain = createDecipheriv('aes-128-ecb', keyOf(version), null).setAutoPadding(false).update(block);
      if (plain.subarray(4).some((byte) => byte !== 0)) return undefined;
      return { shard: plain.readUInt8(0), slot: plain.readUIntBE(1, 3) };
    },
  };
}
