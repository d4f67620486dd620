import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileTrust } from '../../../src/http/client-address.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

const SIGN_INS = 3;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    trust: compileTrust(1),
    limits: { signIn: { points: SIGN_INS, seconds: 600 } },
  });
});
afterAll(() => api.close());

/** A sign-in as a proxy in front passes it on. */
const signIn = (from: string, key = 'guessed') =>
  api.call('POST', '/v1/session', { body: { key }, headers: { 'X-Forwarded-For': from } });

test('wrong API keys are counted at both doors, and the right one opens all the same', async () => {
  const show = (key: string) =>
    api.call('GET', '/v1/alerts', { key, headers: { 'X-Forwarded-For': '192.0.2.1:77' } });
  for (let n = 0; n < SIGN_INS; n++) {
    expect((await (n % 2 === 0 ? signIn('192.0.2.1') : show('guessed'))).status).toBe(401);
  }
  for (const refused of [await signIn('192.0.2.1'), await show('another')]) {
    expect([refused.status, refused.body.type]).toEqual([429, 'http://ajil.test/problems/too-many-requests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await signIn('192.0.2.1', api.keys.author)).status).toBe(201);
  expect((await show(api.keys.author)).status).toBe(200);
});

test('a sign-in with the right key is not counted', async () => {
  for (let n = 0; n < 2 * SIGN_INS; n++)
    expect((await signIn('192.0.2.9', api.keys.author)).status).toBe(201);
  expect((await signIn('192.0.2.9')).status).toBe(401);
});

test('the addresses of one IPv6 customer count together, and those of the next do not', async () => {
  const customer = '2001:db8:1:2';
  for (let n = 0; n < SIGN_INS; n++) {
    expect((await signIn(`${customer}:${n}:3:4:5`)).status).toBe(401);
  }
  expect((await signIn(`${customer}::1`)).status).toBe(429);
  expect((await signIn('2001:db8:1:3::1', api.keys.author)).status).toBe(201);
});

test('an editor writes so many versions a day, each of which is kept for days, and reads on', async () => {
  const few = await startTestApi({ limits: { versions: { points: 2, seconds: 86_400 } } });
  try {
    const post = () => few.call('POST', '/v1/alerts', { key: few.keys.author, body: anAlert() });
    expect([(await post()).status, (await post()).status, (await post()).status]).toEqual([201, 201, 429]);
    const estimate = { topics: ['world'], lang: 'ar' };
    const key = few.keys.author;
    expect((await few.call('POST', '/v1/audience/estimate', { key, body: estimate })).status).toBe(200);
    expect((await few.call('POST', '/v1/alerts', { key: few.keys.approver, body: anAlert() })).status).toBe(
      201,
    );
  } finally {
    await few.close();
  }
});
