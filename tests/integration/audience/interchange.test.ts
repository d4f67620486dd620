import { createECDH, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { generateVAPIDKeys } from 'web-push';
import { placeOf, subscriptionId } from '../../../src/audience/shard.ts';
import { createSubscriptionStore } from '../../../src/audience/subscriptions.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, type Redis } from '../../../src/redis/connect.ts';
import { startCli, type CliResult } from '../../support/cli.ts';
import { ADDRESSES } from '../../support/readers.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const vapid = generateVAPIDKeys();
const KEYS = Array.from({ length: 50 }, () => createECDH('prime256v1').generateKeys('base64url'));
let server: TestRedis;
let redis: Redis;
let dir: string;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, 'worker', createLogger({ level: 'silent', role: 'test' }));
});
beforeEach(async () => {
  await redis.flushall();
  dir = await mkdtemp(join(tmpdir(), 'ajil-interchange-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

const start = (args: readonly string[], input?: string) =>
  startCli(
    {
      REDIS_URL: server.url,
      DATA_DIR: dir,
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
    },
    ['subscriptions', ...args],
    input,
  );
const ajil = (args: readonly string[], input?: string): Promise<CliResult> => start(args, input).ended;
const store = () => createSubscriptionStore({ redis, addresses: ADDRESSES, now: Date.now });

function browser(index: number) {
  const endpoint = `https://fcm.googleapis.com/fcm/send/${randomBytes(90).toString('base64url')}`;
  const auth = randomBytes(16).toString('base64url');
  return { endpoint, keys: { p256dh: KEYS[index % KEYS.length]!, auth } };
}

function line(index: number, fields: object = {}): string {
  return JSON.stringify({ subscription: browser(index), topics: ['sport'], urgency: 'urgent', ...fields });
}

const sorted = (text: string): string[] => text.trimEnd().split('\n').sort();

test('what is exported can be imported elsewhere, with every preference, and is exported the same', async () => {
  const quietHours = { start: '22:00', end: '07:00', timeZone: 'Asia/Riyadh' };
  const lines = Array.from({ length: 300 }, (_, index) =>
    line(index, index % 3 === 0 ? { topics: ['world', 'ukraine'], lang: 'ar', quietHours, dailyCap: 5 } : {}),
  );
  expect(await ajil(['import'], lines.join('\n'))).toMatchObject({ code: 0 });
  const file = join(dir, 'export.ndjson');
  expect(await ajil(['export', '--file', file])).toMatchObject({ code: 0, stdout: '' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(existsSync(`${file}.part`) || existsSync(`${file}.export`)).toBe(false);
  const exported = sorted(await readFile(file, 'utf8'));
  const told = exported.map((text) => JSON.parse(text) as { subscription: object; quietHours?: object });
  expect(told).toHaveLength(300);
  expect(told.filter((one) => one.quietHours)).toHaveLength(100);

  await redis.flushall();
  expect((await ajil(['import', '--file', file])).stdout).toContain(
    '300 created, 0 were known, 0 faulty lines skipped',
  );
  expect((await ajil(['import', '--file', file])).stdout).toContain('0 created, 300 were known');
  expect(await store().count()).toBe(300);
  expect(sorted((await ajil(['export'])).stdout)).toEqual(exported);
});

test('lines with faults are told by number and left out; the others are stored; nothing of a reader is printed', async () => {
  const known = browser(0);
  await ajil(['import'], JSON.stringify({ ...known, topics: ['world'] }));
  const { endpoint, keys } = browser(1);
  const lines = [
    JSON.stringify({ endpoint, keys, expirationTime: null, createdAt: 'yesterday' }),
    JSON.stringify({ ...keys, endpoint: browser(2).endpoint, lang: null }),
    'nonsense',
    line(3, { topics: ['gardening'] }),
    line(4, { subscription: { ...browser(4), endpoint: 'https://127.0.0.1/secret' } }),
    line(5, {
      subscription: { ...browser(5), keys: { ...keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } },
    }),
    line(6, { colour: 'red' }),
    JSON.stringify({ ...known, keys: { ...known.keys, auth: randomBytes(16).toString('base64url') } }),
    `"${'x'.repeat(20_000)}"`,
    '',
    line(7),
  ];
  const dry = await ajil(['import', '--dry-run'], lines.join('\n'));
  expect(dry).toMatchObject({ code: 1, stdout: '4 lines are good, 6 have faults. Nothing was stored.\n' });
  expect(await store().count()).toBe(1);

  const { code, stdout, stderr } = await ajil(['import', '--topics', 'sport'], lines.join('\r\n'));
  expect(code).toBe(1);
  expect(stdout).toBe('3 created, 0 were known, 7 faulty lines skipped.\n');
  expect(
    stderr
      .trimEnd()
      .split('\n')
      .map((text) => text.split(':')[0]),
  ).toEqual([3, 4, 5, 6, 7, 8, 9].map((n) => `line ${n}`));
  expect(stderr).not.toMatch(/secret|fcm\.googleapis/);
  const found = await store().get(subscriptionId(endpoint), Buffer.from(keys.auth, 'base64url'));
  expect(found).toMatchObject({ type: 'found', subscription: { preferences: { topics: ['sport'] } } });
});

test('rows of other services are read by the values that matter, and what is not ours is left out', async () => {
  const rows = Array.from({ length: 9 }, (_, index) => browser(index));
  const [a, b, c, d, e, f, g, h, k] = rows as [
    ...[ReturnType<typeof browser>, ReturnType<typeof browser>, ReturnType<typeof browser>],
    ...[ReturnType<typeof browser>, ReturnType<typeof browser>, ReturnType<typeof browser>],
    ...[ReturnType<typeof browser>, ReturnType<typeof browser>, ReturnType<typeof browser>],
  ];
  const plain = (text: string): string => Buffer.from(text, 'base64url').toString('base64');
  const lines = [
    { subscription: a },
    { subscription: b, userId: 7, createdAt: 'yesterday' },
    {
      endpoint: c.endpoint,
      public_key: c.keys.p256dh,
      auth_token: c.keys.auth,
      content_encoding: 'aes128gcm',
    },
    { endpoint: d.endpoint, publicKey: plain(d.keys.p256dh), authToken: plain(d.keys.auth) },
    { identifier: e.endpoint, web_p256: e.keys.p256dh, web_auth: e.keys.auth, tags: {} },
    { ...f, topics: ['gardening'], lang: 'tlh-Qaak-x', urgency: 'loud' },
    { ...g, topics: ['gardening', 'sport'], lang: 'fr' },
    { id: 1, subscription: JSON.stringify(h) },
    { endpoint: k.endpoint, 'keys.p256dh': k.keys.p256dh, 'keys.auth': k.keys.auth },
  ].map((row) => JSON.stringify(row));
  const imported = await ajil(['import', '--topics', 'economy'], lines.join('\n'));
  expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining('9 created') });
  const found = await Promise.all(
    rows.map(({ endpoint, keys }) =>
      store().get(subscriptionId(endpoint), Buffer.from(keys.auth, 'base64url')),
    ),
  );
  const topics = found.map((one) =>
    one.type === 'found' ? one.subscription.preferences.topics.join() : one.type,
  );
  expect(topics).toEqual([...Array.from({ length: 6 }, () => 'economy'), 'sport', 'economy', 'economy']);
  expect(found[6]).toMatchObject({ subscription: { preferences: { lang: 'fr' } } });
});

test('a file of another format is refused once, with the command that converts it', async () => {
  const array = JSON.stringify([browser(1), browser(2)], null, 2);
  for (const [input, hint] of [
    [array, 'jq -c'],
    ['endpoint,p256dh,auth\nhttps://x,y,z\n', 'CSV'],
    ['"id";"endpoint";"auth"\n', 'CSV'],
  ] as const) {
    const { code, stderr } = await ajil(['import'], input);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(hint);
  }
  const file = join(dir, 'utf16.ndjson');
  await writeFile(file, Buffer.from(`\ufeff${line(1)}\n`, 'utf16le'));
  expect(await ajil(['import', '--file', file])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('iconv'),
  });
});

test('a line that is not UTF-8, or an endpoint with two texts, is a fault', async () => {
  const file = join(dir, 'bytes.ndjson');
  const alias = browser(3);
  const lines = [
    Buffer.from(line(1)),
    Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xce, 0xc8]), Buffer.from('"}')]),
    Buffer.from(JSON.stringify({ ...alias, endpoint: alias.endpoint.replace('fcm.', 'FCM.') })),
    Buffer.from(JSON.stringify({ ...alias, endpoint: alias.endpoint.replace('/fcm/', '/./fcm/') })),
  ];
  await writeFile(file, Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')])));
  const { stdout, stderr } = await ajil(['import', '--file', file]);
  expect(stdout).toContain('1 created');
  expect(stderr.match(/^line \d+: .*$/gm)).toEqual([
    'line 2: is not UTF-8',
    expect.stringContaining('line 3: subscription.endpoint: must be written as browsers give it'),
    expect.stringContaining('line 4: subscription.endpoint: must be written as browsers give it'),
  ]);
});

test('an import that is killed goes on where it was', async () => {
  const file = join(dir, 'many.ndjson');
  const lines = Array.from({ length: 8000 }, (_, index) => line(index));
  await writeFile(file, lines.join('\n'));
  const first = start(['import', '--file', file]);
  while (!existsSync(`${file}.import`) && first.child.exitCode === null) await sleep(5);
  first.child.kill('SIGKILL');
  await first.ended;
  const stored = await store().count();
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(lines.length);
  const { progress } = JSON.parse(await readFile(`${file}.import`, 'utf8')) as {
    progress: { lines: number };
  };

  const resumed = await ajil(['import', '--file', file, '--resume']);
  expect(resumed.code).toBe(0);
  expect(await store().count()).toBe(lines.length);
  const [created = 0, updated = 0] = (resumed.stdout.match(/\d+/g) ?? []).map(Number);
  // What the first run wrote after its last checkpoint is written again; what came before is not even read.
  expect(created + updated).toBe(lines.length);
  expect(updated).toBe(Math.max(0, stored - progress.lines));
  expect((await ajil(['import', '--file', file, '--resume'])).code).toBe(1);
});

test('an export that was cut short goes on and is whole', async () => {
  await ajil(['import'], Array.from({ length: 500 }, (_, index) => line(index)).join('\n'));
  const whole = sorted((await ajil(['export'])).stdout);
  const file = join(dir, 'export.ndjson');
  const written = (await ajil(['export'])).stdout.split('\n').slice(0, 100);
  const shardOf = (text: string): number => {
    const { subscription } = JSON.parse(text) as { subscription: { endpoint: string } };
    return placeOf(subscriptionId(subscription.endpoint))!.shard;
  };
  // As a killed one leaves it: more in the file than the checkpoint says.
  const lastShard = Math.max(...written.map(shardOf));
  const kept = written.filter((text) => shardOf(text) < lastShard);
  const bytes = Buffer.byteLength(`${kept.join('\n')}\n`);
  await writeFile(`${file}.part`, `${written.join('\n')}\n`);
  await writeFile(
    `${file}.export`,
    JSON.stringify({ next: { shard: lastShard, page: 0 }, bytes, count: kept.length }),
  );
  expect((await ajil(['export', '--file', file, '--resume'])).stderr).toContain('500 subscriptions exported');
  expect(sorted(await readFile(file, 'utf8'))).toEqual(whole);
});

test('erasing a reader leaves nothing of the endpoint, the keys or the id', async () => {
  const reader = browser(1);
  await ajil(['import'], [line(2), JSON.stringify({ ...reader, topics: ['world'] })].join('\n'));
  expect((await ajil(['erase', reader.endpoint])).code).toBe(0);
  expect(await store().count()).toBe(1);
  const traces = [reader.endpoint.slice(-40), subscriptionId(reader.endpoint)].map((text) =>
    Buffer.from(text),
  );
  traces.push(
    Buffer.from(reader.keys.auth, 'base64url'),
    Buffer.from(reader.keys.p256dh, 'base64url').subarray(1),
  );
  for (const key of await redis.keys('*')) {
    const content = await contentOf(key);
    const left = traces.filter((trace) => content.some((part) => part.indexOf(trace) !== -1));
    expect({ key, left }).toEqual({ key, left: [] });
  }
  expect((await ajil(['erase', reader.endpoint])).code).toBe(1);
  expect((await ajil(['erase', subscriptionId('nobody')])).stderr).toContain('no such subscription');
});

async function contentOf(key: string): Promise<Buffer[]> {
  const type = await redis.type(key);
  if (type === 'string') return [(await redis.getBuffer(key))!];
  if (type === 'list') return redis.lrangeBuffer(key, 0, -1);
  if (type === 'hash')
    return Object.entries(await redis.hgetallBuffer(key)).flatMap(([name, value]) => [
      Buffer.from(name),
      value,
    ]);
  if (type === 'set') return redis.smembersBuffer(key);
  if (type === 'zset') return redis.zrangeBuffer(key, '0', '-1');
  if (type === 'stream') return [Buffer.from(JSON.stringify(await redis.xrange(key, '-', '+')))];
  throw new Error(`${key} is a ${type}`);
}
