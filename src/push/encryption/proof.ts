import { createECDH, randomBytes } from 'node:crypto';
import ece from 'http_ece';
import { CURVE } from '../vapid/p256.ts';
import type { Arm, Encrypt } from './job.ts';
import { encryptPortably } from './portable.ts';

/**
 * Tests an encryption before it is used. Its bodies must have the shape of web-push's bodies, and the library of web-push
 * must read them, with a keying and without. No key pair or salt may come twice, and a key that is not on the curve must be
 * refused. The library shares no code with the addon that it judges.
 * @throws if the encryption must not be used
 */
export function proveEncryption(encrypt: Encrypt, arm: Arm): void {
  const receiver = createECDH(CURVE);
  receiver.generateKeys();
  const target = { p256dh: receiver.getPublicKey(), auth: randomBytes(16) };
  const offCurve = { p256dh: Buffer.alloc(65, 4), auth: target.auth };
  const [keying, none] = arm([target, offCurve]);
  if (keying === undefined || none !== undefined) throw new Error('it arms what is no point, or no point');
  const payload = Buffer.from('عاجل: proof');
  const armed = { ...target, keying };
  const [first, refused, second, third] = encrypt(
    [target, offCurve, armed, target].map((target) => ({ target, payload })),
  );
  if (first === undefined || second === undefined || third === undefined || refused !== undefined) {
    throw new Error('it does not tell a point from none');
  }
  const bodies = [first, second, third];
  const differs = (part: (body: Buffer) => Buffer): boolean =>
    new Set(bodies.map((body) => part(body).toString('hex'))).size === bodies.length;
  if (!differs(salt) || !differs(senderKey)) throw new Error('it used a salt or a key pair twice');
  const [usual] = encryptPortably([{ target, payload }]);
  for (const body of bodies) {
    if (usual === undefined || !shape(body).equals(shape(usual)))
      throw new Error('its body has another shape');
    const text = ece.decrypt(body, { version: 'aes128gcm', privateKey: receiver, authSecret: target.auth });
    if (!text.equals(payload)) throw new Error('its body says another thing');
  }
}

const salt = (body: Buffer): Buffer => body.subarray(0, 16);
const senderKey = (body: Buffer): Buffer => body.subarray(21, 86);
/** Record size and length of the key id (RFC 8188, section 2.1). */
const shape = (body: Buffer): Buffer => body.subarray(16, 21);
