import webPush from 'web-push';
import type { Encrypt } from './job.ts';

/** Encryption by web-push, which runs on every Node. */
export const encryptPortably: Encrypt = (jobs) =>
  jobs.map(({ target, payload }) => {
    const [p256dh, auth] = [target.p256dh.toString('base64url'), target.auth.toString('base64url')];
    const text = Buffer.alloc(payload.length);
    payload.copy(text, 0);
    try {
      return webPush.encrypt(p256dh, auth, text, 'aes128gcm').cipherText;
    } catch {
      // The encryptor has checked every size, so the key is not on the curve.
      return undefined;
    }
  });
