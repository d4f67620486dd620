import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { RECEIPT_TOKEN_LENGTH } from '../../../../src/alerts/notification.ts';
import { createReceiptTokens } from '../../../../src/delivery/receipts/receipt-token.ts';

const version = { alertId: 'a', version: 1 };

test('a token names its delivery to us, and only for its version', () => {
  const tokens = createReceiptTokens(randomBytes(32));
  const made = tokens.make(version, 7, [0, 4242]);
  expect(made.map((token) => token.length)).toEqual([RECEIPT_TOKEN_LENGTH, RECEIPT_TOKEN_LENGTH]);
  expect(made.map((token) => tokens.read(version, token))).toEqual([
    { shard: 7, slot: 0 },
    { shard: 7, slot: 4242 },
  ]);
  expect(tokens.read({ ...version, version: 2 }, made[0] ?? '')).toBeUndefined();
});

test.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(500)])('%j is no token', (token) => {
  expect(createReceiptTokens(randomBytes(32)).read(version, token)).toBeUndefined();
});
