import { createHmac, createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';

/** What stands before a private key of 32 bytes in PKCS #8 (RFC 8410, section 7). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What evidence is signed and sealed with. */
export interface EvidenceKeys {
  /** Ed25519, 32 bytes, base64url. Those who verify must have it from the newsroom, and not from the evidence alone. */
  readonly publicKey: string;
  /** Ed25519 signature (RFC 8032), base64url. */
  sign(text: string): string;
  /** A seal over bytes that nobody can guess from it: HMAC-SHA-256, hexadecimal. */
  seal(name: string, parts: readonly Buffer[]): string;
}

/**
 * All keys follow from the key of the audit log, which the servers have, and Redis has not (HKDF, RFC 5869). So all machines
 * of a newsroom sign with the same key, and there is no other secret to keep.
 */
export function evidenceKeys(auditKey: Buffer): EvidenceKeys {
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', auditKey, '', use, 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, derive('ajil evidence: signature')]),
    format: 'der',
    type: 'pkcs8',
  });
  const sealKey = derive('ajil evidence: seals');
  const { x: publicKey = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    publicKey,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    seal: (name, parts) => {
      const hmac = createHmac('sha256', sealKey).update(`${name}\n`);
      for (const part of parts) hmac.update(`${part.length}\n`).update(part);
      return hmac.digest('hex');
    },
  };
}
