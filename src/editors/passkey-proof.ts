import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { CHALLENGE_LIFE_MS } from './passkey-challenges.ts';
import type { AuthenticationResponse, RegistrationResponse, StoredPasskey } from './passkey-schema.ts';
import type { Editor } from './schema.ts';

export type RegistrationOptions = PublicKeyCredentialCreationOptionsJSON;
export type SignInOptions = PublicKeyCredentialRequestOptionsJSON;

/** The arithmetic of WebAuthn for one site (docs/decisions/0023). It keeps nothing. */
export interface PasskeyProof {
  registrationOptions(
    editor: Pick<Editor, 'id' | 'name'>,
    known: readonly { id: string; transports: readonly string[] }[],
    challenge: string,
  ): Promise<RegistrationOptions>;
  /** The new credential; undefined if the answer proves nothing. */
  registered(
    answer: RegistrationResponse,
    challenge: string,
  ): Promise<{ publicKey: string; counter: number } | undefined>;
  signInOptions(challenge: string): Promise<SignInOptions>;
  /** The authenticator's next counter; undefined if the answer proves nothing, or if the counter went back. */
  counterOf(
    answer: AuthenticationResponse,
    passkey: StoredPasskey,
    challenge: string,
  ): Promise<number | undefined>;
}

/** Ed25519, ECDSA with P-256, RSA (https://www.iana.org/assignments/cose/): what Node.js 20 verifies and devices have. */
const ALGORITHMS = [-8, -7, -257];

/** The handle that an authenticator keeps beside the key: it names the editor when nobody has said who they are. */
export const handleOf = (editorId: string): Buffer<ArrayBuffer> => Buffer.from(editorId);
export const editorIdOf = (handle: string): string => Buffer.from(handle, 'base64url').toString();

/** Loaded by the first who needs it: it takes a third of a second, which a server that starts again does not have. */
const library = () => import('@simplewebauthn/server');

/** @param publicUrl its host is the relying party, and only pages of its origin count (docs/decisions/0023) */
export function createPasskeyProof(publicUrl: string): PasskeyProof {
  const { hostname: rpID, origin: expectedOrigin } = new URL(publicUrl);

  return {
    registrationOptions: async (editor, known, challenge) =>
      (await library()).generateRegistrationOptions({
        rpName: 'Ajil',
        rpID,
        userID: handleOf(editor.id),
        userName: editor.name,
        userDisplayName: editor.name,
        challenge: Buffer.from(challenge, 'base64url'),
        timeout: CHALLENGE_LIFE_MS,
        attestationType: 'none',
        excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    registered: async ({ response, ...answer }, expectedChallenge) => {
      try {
        if (!(await isPlain(response.attestationObject))) return undefined;
        const { registrationInfo } = await (
          await library()
        ).verifyRegistrationResponse({
          response: { ...answer, clientExtensionResults: {}, response: { ...response } },
          expectedChallenge,
          expectedOrigin,
          expectedRPID: rpID,
          requireUserVerification: true,
          supportedAlgorithmIDs: ALGORITHMS,
        });
        const credential = registrationInfo?.credential;
        if (credential?.id !== answer.id) return undefined;
        return {
          publicKey: Buffer.from(credential.publicKey).toString('base64url'),
          counter: credential.counter,
        };
      } catch {
        // The library throws for each thing that is wrong. A stranger learns of none.
        return undefined;
      }
    },
    signInOptions: async (challenge) =>
      (await library()).generateAuthenticationOptions({
        rpID,
        challenge: Buffer.from(challenge, 'base64url'),
        timeout: CHALLENGE_LIFE_MS,
        userVerification: 'required',
      }),
    counterOf: async (answer, { publicKey, counter }, expectedChallenge) => {
      try {
        const { verified, authenticationInfo } = await (
          await library()
        ).verifyAuthenticationResponse({
          response: { ...answer, clientExtensionResults: {} },
          expectedChallenge,
          expectedOrigin,
          expectedRPID: rpID,
          requireUserVerification: true,
          credential: {
            id: answer.id,
            publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
            counter,
          },
        });
        return verified ? authenticationInfo.newCounter : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * Whether an attestation names no certificate. We ask for none. The library would fetch the revocation list of a certificate
 * from the address that the certificate names, which a stranger chooses.
 */
async function isPlain(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')));
  const format = decoded.get('fmt');
  return format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined);
}
