import { createCipheriv, createECDH, createHmac, randomBytes } from 'node:crypto';
import { CURVE } from '../vapid/p256.ts';
import type { PushTarget } from '../types.ts';

/** The keys of a subscription that encryption needs. */
export type TargetKeys = Pick<PushTarget, 'p256dh' | 'auth'>;

const KEY_INFO = Buffer.from('WebPush: info\0');
const ONE = Buffer.from([1]);
const CONTENT_KEY_INFO = Buffer.from('Content-Encoding: aes128gcm\0\x01');
const NONCE_INFO = Buffer.from('Content-Encoding: nonce\0\x01');
/** RFC 8188, section 2: ends the last record's plaintext. */
const LAST_RECORD = Buffer.from([2]);
// Record size 4,096, then the length of the key id that follows: our public key (RFC 8291, section 4).
const HEADER_TAIL = Buffer.from([0, 0, 0x10, 0, 65]);

function hmac(key: Buffer, ...parts: Buffer[]): Buffer {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * One `aes128gcm` body (RFC 8291, section 3.4): salt, record size, our public key, one encrypted record.
 * @param ours the public key of a pair made for this message alone, and the secret that it shares with `p256dh`
 * @param salt 16 random bytes made for this message alone
 */
export function sealMessage(
  keys: TargetKeys,
  payload: Buffer,
  ours: { publicKey: Buffer; shared: Buffer },
  salt: Buffer,
): Buffer {
  const { publicKey, shared } = ours;
  const ikm = hmac(hmac(keys.auth, shared), KEY_INFO, keys.p256dh, publicKey, ONE);
  const prk = hmac(salt, ikm);
  const contentKey = hmac(prk, CONTENT_KEY_INFO).subarray(0, 16);
  const nonce = hmac(prk, NONCE_INFO).subarray(0, 12);
  const cipher = createCipheriv('aes-128-gcm', contentKey, nonce);
  const text = cipher.update(payload);
  const delimiter = cipher.update(LAST_RECORD);
  const rest = cipher.final();
  return Buffer.concat([salt, HEADER_TAIL, publicKey, text, delimiter, rest, cipher.getAuthTag()]);
}

/**
 * Encryption with what every Node has. One key object serves all messages: only the key pair in it is made anew each
 * time, which spares building the object (a tenth of the cost; docs/decisions/0002-encryption.md).
 * The function throws if `p256dh` is not a point on P-256.
 */
export function createPortableEncryption(): (keys: TargetKeys, payload: Buffer) => Buffer {
  const ecdh = createECDH(CURVE);
  return (keys, payload) => {
    const publicKey = ecdh.generateKeys();
    const shared = ecdh.computeSecret(keys.p256dh);
    return sealMessage(keys, payload, { publicKey, shared }, randomBytes(16));
  };
}
