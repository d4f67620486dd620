import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { packRecord, unpackRecord } from '../../../src/audience/record.ts';

const p256dh = Buffer.concat([Buffer.from([4]), randomBytes(64)]);

test.each([
  'https://fcm.googleapis.com/fcm/send/abc:def',
  'https://updates.push.services.mozilla.com/wpush/v2/gAAA',
  'https://web.push.apple.com/QAb',
  'https://db5p.notify.windows.com/w/?token=x',
  'https://127.0.0.1:8443/push/1',
])('a subscription at %s comes back as it was packed', (endpoint) => {
  const record = {
    endpoint,
    p256dh,
    auth: randomBytes(16),
    vapidKeyId: randomBytes(4).toString('base64url'),
    preferences: { urgency: 'urgent', lang: 'ar-EG', dailyCap: 3 },
  } as const;
  expect(unpackRecord(packRecord(record, true))).toEqual(record);
});
