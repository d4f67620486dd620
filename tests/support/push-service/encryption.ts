import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

/** What a browser keeps to itself: with it a message can be read. */
export interface ReceiverKeys {
  readonly privateKey: Buffer;
  /** 65 bytes, uncompressed P-256 point: `p256dh` of the subscription. */
  readonly publicKey: Buffer;
  /** 16 bytes. */
  readonly auth: Buffer;
}

export function makeReceiverKeys(): ReceiverKeys {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys();
  return { privateKey: ecdh.getPrivateKey(), publicKey, auth: randomBytes(16) };
}

/** The header block of RFC 8188, section 2.1: salt (16), record size (4), key id length (1), key id. */
const HEADER_BYTES = 16 + 4 + 1 + 65;
const TAG_BYTES = 16;

/** What is wrong with an `aes128gcm` body as Web Push uses it (RFC 8291, section 4); undefined if nothing. */
export function faultInBody(body: Buffer): string | undefined {
  if (body.length < HEADER_BYTES + 1 + TAG_BYTES) return `body of ${body.length} bytes is too short`;
  const recordSize = body.readUInt32BE(16);
  const keyIdLength = body[20];
  if (keyIdLength !== 65) return `key id of ${keyIdLength} bytes instead of 65`;
  if (body[21] !== 0x04) return 'key id is not an uncompressed point';
  if (recordSize < 18) return `record size of ${recordSize}`;
  if (body.length - HEADER_BYTES > recordSize) return 'more than one record';
  return undefined;
}

/**
 * Decrypts as a browser does (RFC 8291, section 3.4; RFC 8188, section 2).
 * @throws when the body was not made for these keys, or its padding is wrong
 */
export function decrypt(body: Buffer, keys: ReceiverKeys): Buffer {
  const fault = faultInBody(body);
  if (fault !== undefined) throw new Error(`cannot decrypt: ${fault}`);
  const salt = body.subarray(0, 16);
  const senderKey = body.subarray(21, HEADER_BYTES);
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(keys.privateKey);
  const secret = ecdh.computeSecret(senderKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.publicKey, senderKey]);
  const material = Buffer.from(hkdfSync('sha256', secret, keys.auth, info, 32));
  const derive = (label: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', material, salt, Buffer.from(`Content-Encoding: ${label}\0`), bytes));
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  const record = Buffer.concat([decipher.update(body.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]);
  // The last record ends with 0x02 and any number of zeros.
  let end = record.length - 1;
  while (end >= 0 && record[end] === 0) end -= 1;
  if (record[end] !== 2) throw new Error('cannot decrypt: the last record has no 0x02 delimiter');
  return record.subarray(0, end);
}
