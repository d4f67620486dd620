import { createDecipheriv, createECDH, createHmac, randomBytes, type ECDH } from 'node:crypto';
import type { EncryptionJob } from './encryptor.ts';
import { CURVE } from '../vapid/p256.ts';

/**
 * Puts an encryption to the proof: a message must come out as a body that its receiver can read, no key pair or salt
 * may come twice, and a key that is no point must be refused.
 * @throws if not: it must not be used
 */
export function proveEncryption(encrypt: (jobs: readonly EncryptionJob[]) => (Buffer | undefined)[]): void {
  const receiver = createECDH(CURVE);
  receiver.generateKeys();
  const target = { p256dh: receiver.getPublicKey(), auth: randomBytes(16) };
  const offCurve = { p256dh: Buffer.alloc(65, 4), auth: target.auth };
  const payload = Buffer.from('عاجل: proof');
  const [first, refused, second] = encrypt([target, offCurve, target].map((target) => ({ target, payload })));
  if (first === undefined || second === undefined || refused !== undefined) {
    throw new Error('it does not tell a point from none');
  }
  if (first.subarray(0, 16).equals(second.subarray(0, 16)) || senderKey(first).equals(senderKey(second))) {
    throw new Error('it used a salt or a key pair twice');
  }
  for (const body of [first, second]) {
    if (!decrypt(body, receiver, target.auth).equals(payload)) throw new Error('its body says another thing');
  }
}

const senderKey = (body: Buffer): Buffer => body.subarray(21, 86);

/** The receiver's side of RFC 8291, section 3.4, for a body of one record without padding. */
function decrypt(body: Buffer, receiver: ECDH, auth: Buffer): Buffer {
  const hmac = (key: Buffer, ...parts: (Buffer | string)[]): Buffer => {
    const data = Buffer.concat(parts.map((part) => Buffer.from(part)));
    return createHmac('sha256', key).update(data).digest();
  };
  const shared = receiver.computeSecret(senderKey(body));
  const info = ['WebPush: info\0', receiver.getPublicKey(), senderKey(body), '\x01'];
  const prk = hmac(body.subarray(0, 16), hmac(hmac(auth, shared), ...info));
  const contentKey = hmac(prk, 'Content-Encoding: aes128gcm\0\x01').subarray(0, 16);
  const nonce = hmac(prk, 'Content-Encoding: nonce\0\x01').subarray(0, 12);
  const cipher = createDecipheriv('aes-128-gcm', contentKey, nonce);
  cipher.setAuthTag(body.subarray(-16));
  const plain = Buffer.concat([cipher.update(body.subarray(86, -16)), cipher.final()]);
  if (plain.at(-1) !== 2) throw new Error('its record has no delimiter');
  return plain.subarray(0, -1);
}
