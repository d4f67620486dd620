import { createCipheriv, createDecipheriv, hkdfSync, type Decipher } from 'node:crypto';

const BLOCK = 16;
/** Bound of the kept ciphers, one for each version: strangers can make up any number of versions. */
const MOST_KEPT = 100;

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

/**
 * The secret comes from the key that every process signs with, so that nothing need be shared, and nothing can be lost.
 * Another VAPID key makes the tokens of earlier messages worthless: their receipts are refused.
 * @param privateKey the VAPID private key: base64url of 32 bytes
 */
export function openReceiptTokens(privateKey: string): ReceiptTokens {
  const secret = Buffer.from(privateKey, 'base64url');
  return createReceiptTokens(Buffer.from(hkdfSync('sha256', secret, '', 'ajil receipt tokens', 32)));
}

export function createReceiptTokens(secret: Buffer): ReceiptTokens {
  /** A million receipts are of one version or two. Without padding, ECB reads each block by itself, so one cipher reads all. */
  const kept = new Map<string, Decipher>();

  const nameOf = ({ alertId, version }: { alertId: string; version: number }): string =>
    `receipt:${alertId}:${version}`;
  const keyOf = (name: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', name, BLOCK));
  /** Of the version that tokens were made for last. */
  let made: { readonly name: string; readonly key: Buffer } | undefined;

  function decipherOf(name: string): Decipher {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const decipher = createDecipheriv('aes-128-ecb', keyOf(name), null).setAutoPadding(false);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(name, decipher);
    return decipher;
  }

  return {
    make: (version, shard, slots) => {
      const plain = Buffer.alloc(slots.length * BLOCK);
      slots.forEach((slot, index) => {
        plain.writeUInt8(shard, index * BLOCK);
        plain.writeUIntBE(slot, index * BLOCK + 1, 3);
      });
      const name = nameOf(version);
      if (made?.name !== name) made = { name, key: keyOf(name) };
      const cipher = createCipheriv('aes-128-ecb', made.key, null).setAutoPadding(false);
      const tokens = cipher.update(plain);
      return slots.map((_, index) => tokens.toString('base64url', index * BLOCK, (index + 1) * BLOCK));
    },
    read: (version, token) => {
      const block = Buffer.from(token, 'base64url');
      if (block.length !== BLOCK || block.toString('base64url') !== token) return undefined;
      const plain = decipherOf(nameOf(version)).update(block);
      if (plain.readUInt32BE(4) !== 0 || plain.readBigUInt64BE(8) !== 0n) return undefined;
      return { shard: plain.readUInt8(0), slot: plain.readUIntBE(1, 3) };
    },
  };
}
