import { z } from 'zod';

/** base64url without padding (RFC 4648, section 5), of at most so many bytes. */
const bytes = (most: number) =>
  z
    .string()
    .min(1)
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[\w-]+$/, 'must be base64url');

/** WebAuthn Level 3, section 4: a credential id has at most 1023 bytes. */
const idSchema = bytes(1023);
const clientDataSchema = bytes(3000);

const common = { id: idSchema, rawId: idSchema, type: z.literal('public-key') };
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

/**
 * `RegistrationResponseJSON` (WebAuthn Level 3, section 5.1), as far as it is read. Browsers send more, and will send more
 * yet: that is left out, not refused.
 */
export const registrationResponseSchema = z
  .object({
    ...common,
    response: z.object({
      clientDataJSON: clientDataSchema,
      attestationObject: bytes(6000),
      // Browsers may name transports that we do not know: those are no hint to us.
      transports: z
        .array(z.string().max(30))
        .max(20)
        .default([])
        .transform((names) => TRANSPORTS.filter((known) => names.includes(known))),
    }),
  })
  .describe('RegistrationResponseJSON of WebAuthn');
export type RegistrationResponse = z.output<typeof registrationResponseSchema>;

/** `AuthenticationResponseJSON`, likewise. */
export const authenticationResponseSchema = z
  .object({
    ...common,
    response: z.object({
      clientDataJSON: clientDataSchema,
      authenticatorData: bytes(2000),
      signature: bytes(1024),
      // Discoverable credentials always have it (section 6.3.3), and we register no other ones.
      userHandle: bytes(64),
    }),
  })
  .describe('AuthenticationResponseJSON of WebAuthn');
export type AuthenticationResponse = z.output<typeof authenticationResponseSchema>;

export const passkeySchema = z.object({
  publicKey: z.string(),
  /** How often the authenticator signed; 0 for ever if it does not count, as synchronised passkeys do not. */
  counter: z.number(),
  transports: z.array(z.string()),
  name: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
});
/** What Redis keeps of a passkey. The private key never leaves the editor's device. */
export type StoredPasskey = z.infer<typeof passkeySchema>;

const clientData = z.object({ challenge: z.string().max(100) });

/** The challenge that a browser says was signed; undefined if it is no text of ours. The signature is checked later. */
export function challengeOf(clientDataJSON: string): string | undefined {
  try {
    const said: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
    return clientData.safeParse(said).data?.challenge;
  } catch {
    return undefined;
  }
}
