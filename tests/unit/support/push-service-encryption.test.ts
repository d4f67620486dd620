import { expect, test } from 'vitest';
import { encrypt } from 'web-push';
import { decrypt, makeReceiverKeys } from '../../support/push-service/encryption.ts';
import { inShare } from '../../support/push-service/faults.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

test('decrypts the example of RFC 8291, section 5', () => {
  const keys = {
    privateKey: bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'),
    publicKey: bytes(
      'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    ),
    auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
  };
  const body = bytes(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
  expect(decrypt(body, keys).toString()).toBe('When I grow up, I want to be a watermelon');
});

test('decrypts what web-push encrypts, and nothing made for somebody else', () => {
  const keys = makeReceiverKeys();
  const { cipherText } = encrypt(
    keys.publicKey.toString('base64url'),
    keys.auth.toString('base64url'),
    'عاجل',
    'aes128gcm',
  );
  expect(decrypt(cipherText, keys).toString()).toBe('عاجل');
  expect(() => decrypt(cipherText, { ...makeReceiverKeys(), auth: keys.auth })).toThrow();
  expect(() => decrypt(cipherText.subarray(0, -1), keys)).toThrow();
});

test('a share is near its size and always the same', () => {
  const endpoints = Array.from({ length: 10_000 }, (_, index) => `https://localhost:1/push/abc/${index}`);
  const chosen = endpoints.filter((endpoint) => inShare(endpoint, 0.2));
  expect(chosen.length).toBeGreaterThan(1800);
  expect(chosen.length).toBeLessThan(2200);
  expect(endpoints.filter((endpoint) => inShare(endpoint, 0.2))).toEqual(chosen);
});
