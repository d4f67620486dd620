import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ limits: { editor: { points: 100_000, seconds: 60 } } });
});
afterAll(() => api.close());

const post = (body: string | Buffer, headers: Record<string, string>) =>
  api.call('POST', '/v1/alerts', {
    key: api.keys.author,
    body: body.toString(),
    headers: { 'Content-Type': 'application/json', ...headers },
  });

test.each([
  ['a cut body', 400, 'malformed-request', '{"headline":', {}],
  ['a text', 400, 'malformed-request', '"text"', {}],
  ['an array', 422, 'invalid-body', '[]', {}],
  ['nothing', 422, 'invalid-body', '', {}],
  ['17 kB', 413, 'body-too-large', JSON.stringify({ headline: 'x'.repeat(17_000) }), {}],
  ['plain text', 415, 'unsupported-media-type', '{}', { 'Content-Type': 'text/plain' }],
  ['Latin-1', 415, 'unsupported-media-type', '{}', { 'Content-Type': 'application/json; charset=latin1' }],
  ['an unknown coding', 415, 'unsupported-media-type', '{}', { 'Content-Encoding': 'zstd2' }],
  ['a false gzip', 400, 'malformed-request', '{}', { 'Content-Encoding': 'gzip' }],
  ['a prototype', 422, 'invalid-body', '{"__proto__":{"admin":true},"constructor":1}', {}],
])('%s is answered with %i %s', async (_what, status, code, body, headers) => {
  const answer = await post(body, headers);
  expect([answer.status, answer.body.type]).toEqual([status, `http://ajil.test/problems/${code}`]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body.instance).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
  const listed = await api.call('GET', new URL(answer.body.type).pathname);
  expect(listed.body).toMatchObject({ status, type: answer.body.type });
});

test('what is not there is a 404, and a method that is not is a 405 naming those that are', async () => {
  for (const path of [
    '/nowhere',
    '/v1/alerts/none',
    '/v1/alerts/%E0%A4',
    `/v1/alerts/${'0'.repeat(26)}`,
    '/V1/ALERTS',
    '/metrics/',
    '/METRICS',
  ]) {
    const { status, body } = await api.call('GET', path);
    expect([path, status, body.type]).toEqual([path, 404, 'http://ajil.test/problems/not-found']);
  }
  const refused = await api.call('DELETE', '/v1/alerts');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, POST, HEAD, OPTIONS']);
  expect((await api.call('OPTIONS', '/v1/alerts')).headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
});

test('pages may run only our own scripts, and nothing frames them', async () => {
  const { headers } = await api.call('GET', '/docs');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(policy).not.toContain('trusted-types');
  const page = await api.call('GET', '/healthz');
  expect(page.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'");
  expect(headers.get('permissions-policy')).toContain('camera=()');
});

test('whatever is sent, the answer is never a fault of ours', async () => {
  const random = generator(7);
  const values: unknown[] = [
    null,
    true,
    -1,
    1e308,
    '',
    '\u0000',
    '\ud800',
    'ا'.repeat(300),
    [],
    [[]],
    {},
    { a: 1 },
    '2026-13-45T99:99:99Z',
    'https://[::1',
    '9999-12-31T23:59:59Z',
  ];
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const fields = [
    'headline',
    'body',
    'url',
    'image',
    'lang',
    'topics',
    'urgency',
    'expiresAt',
    'sendAt',
    'draft',
    'allowDuplicate',
    'change',
    'note',
    'subscription',
    'keys',
    'version',
    'alertId',
    'key',
  ];
  const paths = [
    '/v1/alerts',
    '/v1/alerts/x/versions',
    '/v1/subscriptions',
    '/v1/receipts',
    '/v1/audience/estimate',
    '/v1/session',
  ];
  for (let round = 0; round < 400; round++) {
    const body = Object.fromEntries(Array.from({ length: 4 }, () => [pick(fields), pick(values)]));
    const text =
      random() < 0.2 ? JSON.stringify(body).slice(0, -3) : JSON.stringify({ ...anAlert(), ...body });
    const { status } = await api.call('POST', pick(paths), {
      key: api.keys.admin,
      body: text,
      headers: { 'Idempotency-Key': `k${Math.floor(random() * 5)}` },
    });
    expect([text, status < 500]).toEqual([text, true]);
  }
});

test('headers and queries of any kind are never a fault of ours', async () => {
  const random = generator(11);
  const noise = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 30) }, () =>
      String.fromCharCode(33 + Math.floor(random() * 220)),
    ).join('');
  const names = [
    'Authorization',
    'Cookie',
    'Idempotency-Key',
    'If-None-Match',
    'Accept',
    'Content-Type',
    'Origin',
    'X-CSRF-Token',
    'X-Forwarded-For',
    'Sec-Fetch-Site',
  ];
  for (let round = 0; round < 300; round++) {
    const name = names[round % names.length] ?? '';
    const value = random() < 0.5 ? noise() : `Bearer ${noise()}; ajil-session=${noise()}`;
    const query = `topics=${encodeURIComponent(noise())}&before=${noise().replaceAll(/[\s#]/g, '')}&limit[]=${round}`;
    const answer = await raw(
      `GET /v1/alerts?${query} HTTP/1.1\r\nHost: ${noise().replaceAll(/[^\w.]/g, '')}\r\n${name}: ${value}\r\nConnection: close\r\n\r\n`,
    );
    expect([value, query, /^HTTP\/1\.1 [234]/.test(answer)]).toEqual([value, query, true]);
  }
});

test('while Redis is away every call that needs it is a 503 with Retry-After, at once; then all works again', async () => {
  const body = anAlert();
  const key = api.keys.author;
  await api.redis.kill();
  for (const [method, path] of [
    ['POST', '/v1/alerts'],
    ['GET', '/v1/alerts'],
    ['GET', `/v1/alerts/${'0'.repeat(26)}`],
  ] as const) {
    const answer = await api.call(method, path, method === 'POST' ? { body, key } : {});
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(answer.body.type).toBe('http://ajil.test/problems/unavailable');
  }
  const reader = await api.call('POST', '/v1/subscriptions', { body: {} });
  expect(reader.status).toBe(503);
  expect((await api.call('GET', '/healthz')).status).toBe(200);
  await api.redis.restart();
  await expect.poll(async () => (await api.call('POST', '/v1/alerts', { body, key })).status).toBe(201);
});

test.each([
  ['has too few replicas', 'min-replicas-to-write', '1', '0'],
  ['is out of memory', 'maxmemory', '1', '0'],
])('while Redis %s a write is a 503 as well', async (_what, setting, bad, good) => {
  const send = () => api.call('POST', '/v1/alerts', { body: anAlert(), key: api.keys.author });
  await api.deps.redis.call('CONFIG', 'SET', setting, bad);
  try {
    const { status, body } = await send();
    expect([status, body.type]).toEqual([503, 'http://ajil.test/problems/unavailable']);
  } finally {
    await api.deps.redis.call('CONFIG', 'SET', setting, good);
  }
  expect((await send()).status).toBe(201);
});

/** Sends bytes as they are, and answers what comes until the end. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
    socket.write(text, 'latin1');
  });
}

/** mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test('a HEAD of a refusal tells the length that its GET has', async () => {
  for (const path of ['/nothing', '/v1/alerts/none', '/v1/alerts?limit=0', '/v1/session']) {
    const [head, get] = [await api.call('HEAD', path), await api.call('GET', path)];
    expect([path, head.status, head.headers.get('content-length')]).toEqual([
      path,
      get.status,
      get.headers.get('content-length'),
    ]);
    expect(Number(get.headers.get('content-length'))).toBeGreaterThan(100);
  }
});

test('only the editor who began an alert, or an approver, stops or retracts it', async () => {
  const { key: other } = await api.deps.editors.add({ name: 'colleague', role: 'author', by: 'test' });
  const begin = async (): Promise<string> =>
    (await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() })).body.id;
  const id = await begin();
  const as = (key: string, path: string, body?: object, of = id) =>
    api.call('POST', `/v1/alerts/${of}/${path}`, { key, ...(body === undefined ? {} : { body }) });
  expect((await as(other, 'versions', { change: 'update', note: 'x' })).status).toBe(201);
  expect((await as(other, 'abort')).status).toBe(403);
  expect((await as(other, 'versions', { change: 'retraction' })).status).toBe(403);
  expect((await as(api.keys.author, 'abort')).status).toBe(200);
  expect((await as(api.keys.author, 'versions', { change: 'retraction' })).status).toBe(201);
  const second = await begin();
  expect((await as(api.keys.approver, 'abort', undefined, second)).status).toBe(200);
  expect((await as(api.keys.approver, 'versions', { change: 'retraction' }, second)).status).toBe(201);
});
