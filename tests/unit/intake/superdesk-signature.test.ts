import { expect, test } from 'vitest';
import { isSigned } from '../../../src/intake/superdesk-signature.ts';

const BODY = Buffer.from('{"guid":"urn:test:1","headline":"عاجل"}');
const SECRET = 'secret-of-the-test';
// printf '{"guid":"urn:test:1","headline":"عاجل"}' | openssl dgst -sha1 -hmac secret-of-the-test
const SIGNATURE = 'sha1=4e477f4fa15895f34e640172cb976de4a71d3138';

test('the signature is the one that openssl makes of the same bytes and secret', () => {
  expect(isSigned(BODY, SIGNATURE, SECRET)).toBe(true);
  expect(isSigned(BODY, SIGNATURE.toUpperCase().replace('SHA1', 'sha1'), SECRET)).toBe(true);
});

test('no other bytes, secret, algorithm or length passes, and none throws', () => {
  expect(isSigned(Buffer.concat([BODY, Buffer.from('\n')]), SIGNATURE, SECRET)).toBe(false);
  expect(isSigned(BODY, SIGNATURE, `${SECRET}x`)).toBe(false);
  const hex = SIGNATURE.slice(5);
  for (const header of [
    '',
    'sha1=',
    hex,
    `sha256=${hex}`,
    SIGNATURE.slice(0, -1),
    `${SIGNATURE}0`,
    'é',
    'x'.repeat(9000),
  ]) {
    expect(isSigned(BODY, header, SECRET)).toBe(false);
  }
});
