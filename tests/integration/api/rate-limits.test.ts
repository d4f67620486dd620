import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../support/api.ts';

const SIGN_INS = 3;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    config: { publicUrl: 'http://ajil.test', allowedOrigins: [], trustProxy: 1, requireApproval: false },
    limits: { signIn: { points: SIGN_INS, seconds: 600 } },
  });
});
afterAll(() => api.close());

/** A sign-in as a proxy in front passes it on. */
const signIn = (from: string, key = 'guessed') =>
  api.call('POST', '/v1/session', { body: { key }, headers: { 'X-Forwarded-For': from } });

test('who guesses API keys is stopped, with the right one too', async () => {
  for (let n = 0; n < SIGN_INS; n++) expect((await signIn('192.0.2.1')).status).toBe(401);
  const refused = await signIn('192.0.2.1', api.keys.author);
  expect([refused.status, refused.body.type]).toEqual([429, 'http://ajil.test/problems/too-many-requests']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await signIn('192.0.2.2', api.keys.author)).status).toBe(201);
});

test('the addresses of one IPv6 customer count together, and those of the next do not', async () => {
  const customer = '2001:db8:1:2';
  for (let n = 0; n < SIGN_INS; n++) {
    expect((await signIn(`${customer}:${n}:3:4:5`)).status).toBe(401);
  }
  expect((await signIn(`${customer}::1`)).status).toBe(429);
  expect((await signIn('2001:db8:1:3::1', api.keys.author)).status).toBe(201);
});
