import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { newWebhookSecret, signatureHeaders } from '../../../src/outlets/webhooks/signature.ts';

const BODY = JSON.stringify({ type: 'alert.published', data: { headline: 'عاجل: «خبر»' } });

test('the library of Standard Webhooks takes what we sign, and nothing that was changed', () => {
  const secret = newWebhookSecret();
  const headers = signatureHeaders([secret], 'evt-1', BODY, Date.now());
  expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
  expect(() => new Webhook(secret).verify(`${BODY} `, headers)).toThrow();
  expect(() => new Webhook(secret).verify(BODY, { ...headers, 'webhook-id': 'evt-2' })).toThrow();
  expect(() => new Webhook(newWebhookSecret()).verify(BODY, headers)).toThrow();
});

test('while the secret changes both secrets fit', () => {
  const [before, after] = [newWebhookSecret(), newWebhookSecret()];
  const headers = signatureHeaders([after, before], 'evt-1', BODY, Date.now());
  for (const secret of [before, after]) expect(() => new Webhook(secret).verify(BODY, headers)).not.toThrow();
});

test('a message of long ago is not taken for one of now', () => {
  const secret = newWebhookSecret();
  const headers = signatureHeaders([secret], 'evt-1', BODY, Date.now() - 10 * 60_000);
  expect(() => new Webhook(secret).verify(BODY, headers)).toThrow();
});
