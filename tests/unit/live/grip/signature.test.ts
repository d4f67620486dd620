import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { openGripSignatures } from '../../../../src/live/grip/signature.ts';
import { UnfitError } from '../../../../src/ops/unfit.ts';
import { gripSignature } from '../../../support/grip.ts';

const SECRET = 'a-key-that-only-we-and-our-proxy-know';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const base64 = (text: string): string => `base64:${Buffer.from(text).toString('base64')}`;
const sign = (alg: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> =>
  new SignJWT({}).setProtectedHeader({ alg }).setExpirationTime('1h').sign(key);

test.each([
  ['PEM', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ['JWK', JSON.stringify(publicKey.export({ format: 'jwk' }))],
  ['PEM in base64', base64(publicKey.export({ type: 'spki', format: 'pem' }).toString())],
])(
  'a public key as %s proves its own signatures, and none that is made with its text as a secret',
  async (_, key) => {
    const signatures = await openGripSignatures(key, Date.now);
    expect(await signatures.isValid(await sign('ES256', privateKey))).toBe(true);
    expect(await signatures.isValid(await sign('HS256', Buffer.from(key)))).toBe(false);
  },
);

test('a shared secret proves its own signatures, in base64 as well, and none without an end', async () => {
  const signature = await gripSignature(SECRET);
  for (const key of [SECRET, base64(SECRET)]) {
    expect(await (await openGripSignatures(key, Date.now)).isValid(signature)).toBe(true);
  }
  const endless = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
  const signatures = await openGripSignatures(SECRET, Date.now);
  expect(await signatures.isValid(endless)).toBe(false);
  expect(await signatures.isValid(undefined)).toBe(false);
  const tomorrow = await openGripSignatures(SECRET, () => Date.now() + 24 * 3600 * 1000);
  expect(await tomorrow.isValid(signature)).toBe(false);
});

test('a public key that cannot be read ends the start, with what to correct', async () => {
  const broken = '-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----';
  await expect(openGripSignatures(broken, Date.now)).rejects.toThrow(UnfitError);
  await expect(openGripSignatures('{"kty":"EC"}', Date.now)).rejects.toThrow('GRIP_KEY');
});
