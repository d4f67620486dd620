import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from '../../../src/redis/keys.ts';
import { aSubscription } from '../../support/api.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { startStack, type Stack } from '../../support/stack.ts';

const SHARDS = 64;
const FAILING_ROLE = fileURLToPath(new URL('../../support/failing-role-child.ts', import.meta.url));

let redis: TestRedis;
let client: Redis;
beforeAll(async () => {
  redis = await startTestRedis();
  client = new Redis(redis.url.replace(/^unix:\/\//, ''));
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

interface Logged {
  readonly msg: string;
  readonly err?: object;
}

const linesOf = (text: string): Logged[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Logged);

test('a command that Redis refuses is logged without what it carried', async () => {
  const stack: Stack = await startStack({ redis });
  try {
    await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) => client.set(keys.shard(shard, 'meta'), 'no hash')),
    );
    const subscription = aSubscription();
    const answer = await stack.api.subscribe(subscription);
    expect(answer.status).toBe(500);
    const fault = (): Logged | undefined =>
      linesOf(stack.logs()).find(({ msg }) => msg === 'a request failed with an internal error');
    await expect.poll(fault, { timeout: 10_000 }).toBeDefined();
    expect(fault()?.err).toEqual({
      type: 'ReplyError',
      message: expect.stringContaining('WRONGTYPE'),
      stack: expect.any(String),
    });
    expect(stack.logs()).not.toContain(new URL(subscription.endpoint).pathname);
    expect(stack.logs()).not.toContain(subscription.keys.auth);
  } finally {
    await stack.stop();
  }
});

test('an error that nobody caught ends the role, and is logged by the same rule', async () => {
  const { code, printed } = await new Promise<{ code: unknown; printed: string }>((ended) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', FAILING_ROLE],
      { env: { PATH: process.env['PATH'], REDIS_URL: redis.url } },
      (error, stdout, stderr) => ended({ code: error?.code, printed: stdout + stderr }),
    );
  });
  expect(code).toBe(1);
  expect(linesOf(printed)).toMatchObject([{ level: 60, msg: 'the server ended with an unexpected error' }]);
  expect(printed).toContain('WRONGTYPE');
  expect(printed).not.toContain('a-secret-of-theirs');
});

test('a field with the name of a secret is not logged, at whatever level of three', async () => {
  const secrets = [
    'authorization',
    'cookie',
    'endpoint',
    'auth',
    'p256dh',
    'address',
    'token',
    'key',
    'privateKey',
  ];
  const fields = Object.fromEntries(secrets.map((name) => [name, `${name} of a reader`]));
  const logger = new URL('../../../src/ops/logger.ts', import.meta.url).href;
  const program = `import { createLogger } from ${JSON.stringify(logger)};
    const fields = ${JSON.stringify(fields)};
    createLogger({ level: 'info', role: 'test' }).info({ ...fields, a: { ...fields, b: { ...fields, kept: 'seen' } } }, 'x');`;
  const printed = await new Promise<string>((ended) => {
    const args = ['--import', 'tsx', '--input-type=module', '-e', program];
    execFile(process.execPath, args, (error, stdout) => ended(stdout + String(error ?? '')));
  });
  expect(printed).toContain('seen');
  expect(printed.match(/of a reader/g)).toBeNull();
  expect(printed.match(/\[redacted\]/g)).toHaveLength(3 * secrets.length);
});
