import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { extension, oid, sequence, tlv } from '../../src/ops/certificate.ts';

/** What an authenticator and its browser say; each part can be made wrong. */
export interface Saying {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  /** User present, user verified: section 6.1 of WebAuthn Level 3. */
  readonly flags?: number;
  readonly counter?: number;
  /** The attestation statement, in CBOR, with its format before it. */
  readonly attestation?: (authData: Buffer, clientDataHash: Buffer) => Buffer;
  readonly userHandle?: string;
}

const PRESENT_AND_VERIFIED = 0x05;
const WITH_CREDENTIAL = 0x40;

/** A software authenticator with one discoverable credential (ES256), and the browser around it. */
export function createAuthenticator(site: { origin: string; rpId: string }) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  let counter = 0;
  let handle = '';

  const clientDataOf = (type: string, challenge: string, said: Saying): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: said.type ?? type,
        challenge: said.challenge ?? challenge,
        origin: said.origin ?? site.origin,
        crossOrigin: false,
      }),
    );
  const authDataOf = (flags: number, said: Saying): Buffer => {
    counter = said.counter ?? counter + 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(said.rpId ?? site.rpId), Buffer.from([flags]), count]);
  };

  return {
    id,
    /** Signs anything, as an attestation about itself does. */
    sign: (bytes: Buffer): Buffer => sign('sha256', bytes, privateKey),
    /** A certificate of its own, as section 8.2.1 wants it (DER). */
    certificate(): Buffer {
      const part = (id: string, text: string): Buffer =>
        tlv(0x31, sequence(oid(id), tlv(0x0c, Buffer.from(text))));
      const name = sequence(
        part('550406', 'JO'),
        part('55040a', 'Maker'),
        part('55040b', 'Authenticator Attestation'),
        part('550403', 'Model'),
      );
      const algorithm = sequence(oid('2a8648ce3d040302'));
      const body = sequence(
        tlv(0xa0, tlv(0x02, Buffer.from([2]))),
        tlv(0x02, Buffer.from([1])),
        algorithm,
        name,
        sequence(...['000101000000Z', '491231000000Z'].map((time) => tlv(0x17, Buffer.from(time)))),
        name,
        publicKey.export({ type: 'spki', format: 'der' }),
        tlv(0xa3, sequence(extension('551d13', true, sequence()))),
      );
      return sequence(body, algorithm, tlv(0x03, Buffer.from([0]), sign('sha256', body, privateKey)));
    },
    /** `navigator.credentials.create` */
    register(options: { challenge: string; user: { id: string } }, said: Saying = {}) {
      handle = options.user.id;
      const flags = (said.flags ?? PRESENT_AND_VERIFIED) | WITH_CREDENTIAL;
      const [left, right] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
      // COSE_Key (RFC 9053, section 7.1.1): kty EC2, alg ES256, crv P-256, x, y.
      const key = Buffer.concat([hex('a5010203262001215820'), left, hex('225820'), right]);
      const authData = Buffer.concat([
        authDataOf(flags, said),
        Buffer.alloc(16),
        Buffer.from([0, credentialId.length]),
        credentialId,
        key,
      ]);
      const clientData = clientDataOf('webauthn.create', options.challenge, said);
      const none = Buffer.concat([textOf('none'), textOf('attStmt'), hex('a0')]);
      const statement = said.attestation?.(authData, sha256(clientData)) ?? none;
      const attestation = [hex('a3'), textOf('fmt'), statement, textOf('authData'), bytesOf(authData)];
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          attestationObject: Buffer.concat(attestation).toString('base64url'),
          transports: ['internal'],
        },
      };
    },
    /** `navigator.credentials.get` */
    answer(options: { challenge: string }, said: Saying = {}) {
      const authData = authDataOf(said.flags ?? PRESENT_AND_VERIFIED, said);
      const clientData = clientDataOf('webauthn.get', options.challenge, said);
      const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signature.toString('base64url'),
          userHandle: said.userHandle ?? handle,
        },
      };
    },
  };
}

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
/** CBOR (RFC 8949, section 3.1): a text of less than 24 bytes, and bytes of any length up to 65535. */
export const textOf = (text: string): Buffer => Buffer.from([0x60 + text.length, ...Buffer.from(text)]);
export const bytesOf = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x59, bytes.length >> 8, bytes.length & 0xff]), bytes]);
