/** The library with which web-push encrypts (RFC 8188). It brings no types; these are for the part that Ajil uses. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';

  interface Options {
    version: 'aes128gcm';
    /** The receiver's key pair. */
    privateKey: ECDH;
    /** The receiver's `auth`: 16 bytes, or base64url of them. */
    authSecret: Buffer | string;
  }
  const ece: {
    /** @throws if the body was not made for this receiver, or is malformed */
    decrypt(body: Buffer, options: Options): Buffer;
  };
  export default ece;
}
