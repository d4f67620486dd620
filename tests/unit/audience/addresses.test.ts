import { expect, test } from 'vitest';
import { createAddresses } from '../../../src/audience/address.ts';
import { stubAddresses } from '../../support/stub-channel/address.ts';
import { ADDRESSES } from '../../support/readers.ts';

test('two channels with one number are refused: their records could not be told apart', () => {
  expect(() => createAddresses([stubAddresses(), stubAddresses()])).toThrow(/two channels have the number 9/);
});

test('an address that no channel knows is not packed as that of another', () => {
  expect(() => ADDRESSES.of('stub:phone')).toThrow(/no channel/);
});

test.each([
  [undefined, ['subscription']],
  ['text', ['subscription']],
  [{ endpoint: 'https://fcm.googleapis.com/fcm/send/x' }, ['subscription.keys']],
  [
    { endpoint: 7, keys: { p256dh: 'short', auth: 'short' } },
    ['endpoint', 'keys.p256dh', 'keys.auth'].map((name) => `subscription.${name}`),
  ],
])('of %j each wrong member is named', (subscription, names) => {
  const { error } = ADDRESSES.schema.safeParse(subscription);
  expect(error?.issues.map(({ path }) => ['subscription', ...path].join('.'))).toEqual(names);
});
