import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createAddresses } from '../../../src/audience/address.ts';
import { packRecord, unpackRecipient, unpackSubscription } from '../../../src/audience/record.ts';
import type { Preferences } from '../../../src/audience/schema.ts';
import { setNames } from '../../../src/audience/set-names.ts';
import { webPushAddresses } from '../../../src/channels/web-push/address.ts';
import { createEndpointPolicy } from '../../../src/push/endpoint/endpoint-policy.ts';
import { stubAddresses } from '../../support/stub-channel/address.ts';

const webPush = webPushAddresses({
  vapidKeyId: 'AAAAAA',
  policy: createEndpointPolicy({ extraOrigins: [] }),
});
const addresses = createAddresses([webPush, stubAddresses()]);

interface Packed {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly vapidKeyId: string;
  readonly preferences: Omit<Preferences, 'topics'>;
  readonly unproven: boolean;
  readonly hex: string;
}

/** Written by the last release that knew Web Push alone. */
const written = JSON.parse(
  readFileSync(new URL('records-of-format-1.json', import.meta.url), 'utf8'),
) as Packed[];

test.each(written)(
  'a record that an earlier release wrote for $endpoint is read, and written alike',
  (one) => {
    const { unproven, hex, preferences } = one;
    const address = {
      endpoint: one.endpoint,
      p256dh: Buffer.from(one.p256dh, 'base64url'),
      auth: Buffer.from(one.auth, 'base64url'),
      vapidKeyId: one.vapidKeyId,
    };
    const record = { address, preferences: { topics: ['world'], ...preferences } };
    const packed = Buffer.from(hex, 'hex');
    const sets = setNames(record.preferences).slice(1);
    expect(unpackSubscription(addresses, { packed, sets })).toEqual(record);
    const { urgency: _urgency, lang: _lang, ...wishes } = preferences;
    expect(unpackRecipient(addresses, packed)).toEqual({
      address,
      unproven,
      refusals: 0,
      wishes: Object.keys(wishes).length === 0 ? undefined : wishes,
    });
    expect(packRecord(addresses, record, unproven).toString('hex')).toBe(hex);
  },
);

test('a record of another channel comes back as it was packed; a process without that channel, or an earlier release, refuses it', () => {
  const record = {
    address: { endpoint: 'stub:phone-7', auth: Buffer.alloc(16, 9) },
    preferences: { topics: ['world'], urgency: 'urgent' as const, lang: 'ar-EG', dailyCap: 3 },
  };
  const packed = packRecord(addresses, record, true);
  expect(unpackSubscription(addresses, { packed, sets: ['t:world'] })).toEqual(record);
  expect(() => unpackRecipient(createAddresses([webPush]), packed)).toThrow(/unknown channel 9/);
  // An earlier release looks at this byte, and knows 1.
  expect(packed[0]).toBe(2);
});

test('bytes of a later format are refused', () => {
  const packed = Buffer.from(written[0]!.hex, 'hex');
  packed[0] = 3;
  expect(() => unpackRecipient(addresses, packed)).toThrow(/unknown format 3/);
});
