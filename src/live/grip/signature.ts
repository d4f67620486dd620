import { importJWK, importSPKI, jwtVerify } from 'jose';
import { UnfitError } from '../../ops/unfit.ts';

/** A proxy's clock may be wrong by so much, in seconds. */
const TOLERANCE_SECONDS = 30;

type VerifyKey = Exclude<Parameters<typeof jwtVerify>[1], (...args: never[]) => unknown>;

/** Tells the requests of our GRIP proxy from those of strangers: their `Grip-Sig` is a JWT that the proxy signed. */
export interface GripSignatures {
  isValid(signature: string | string[] | undefined): Promise<boolean>;
}

/**
 * @param key what the proxy signs with. Pushpin: its `sig_key`, a shared secret. Fastly: its public key, as PEM or JWK. Any
 *   of them may be written as `base64:` and the bytes.
 * @param now milliseconds since the epoch
 * @throws {UnfitError} when the key is a public key that cannot be read
 */
export async function openGripSignatures(key: string, now: () => number): Promise<GripSignatures> {
  const { material, algorithm } = await readKey(key).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnfitError(`GRIP_KEY is no public key for ES256, as PEM or JWK: ${why}`);
  });
  return {
    isValid: async (signature) => {
      if (typeof signature !== 'string') return false;
      const options = {
        algorithms: [algorithm],
        requiredClaims: ['exp'],
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(now()),
      };
      return jwtVerify(signature, material, options).then(
        () => true,
        () => false,
      );
    },
  };
}

async function readKey(key: string): Promise<{ material: VerifyKey; algorithm: 'HS256' | 'ES256' }> {
  const bytes = key.startsWith('base64:') ? Buffer.from(key.slice(7), 'base64') : Buffer.from(key);
  const text = bytes.toString();
  if (text.includes('BEGIN PUBLIC KEY')) {
    return { material: await importSPKI(text, 'ES256'), algorithm: 'ES256' };
  }
  if (text.startsWith('{')) {
    return { material: await importJWK(JSON.parse(text) as object, 'ES256'), algorithm: 'ES256' };
  }
  return { material: bytes, algorithm: 'HS256' };
}
