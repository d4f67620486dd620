import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCli } from '../../support/cli.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const SERVER = fileURLToPath(new URL('../../../dist/src/server.js', import.meta.url));

let redis: TestRedis;
let dir: string;
let end: () => Promise<unknown> = async () => undefined;

beforeEach(async () => {
  redis = await startTestRedis();
  dir = await mkdtemp(join(tmpdir(), 'ajil-admin-key-'));
});
afterEach(async () => {
  await end();
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The server as a container runs it: nobody above it, only its standard output. @returns what it has printed so far */
function startServer(env: Record<string, string>): () => string {
  const child = spawn(process.execPath, [SERVER], {
    env: {
      PATH: process.env['PATH'],
      REDIS_URL: redis.url,
      DATA_DIR: dir,
      PORT: '0',
      DRAIN_SECONDS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (part: Buffer) => (printed += part.toString()));
  const ended = once(child, 'close');
  end = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return () => printed;
}

const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);
const TAKING_REQUESTS = /("port":\d+),"msg":"taking requests"/g;
const ADMIN_KEY = /admin key +(\S+)/g;

test.for([1, 2])(
  'the first start shows the admin key once, to whoever reads the log: %i server processes',
  { timeout: 90_000 },
  async (processes) => {
    const printed = startServer({ SERVER_PROCESSES: String(processes) });
    await expect
      .poll(() => matches(printed(), TAKING_REQUESTS).length, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(processes);
    await expect.poll(() => matches(printed(), ADMIN_KEY), { timeout: 10_000 }).toHaveLength(1);
    const [key = ''] = matches(printed(), ADMIN_KEY);
    const [port = ''] = matches(printed(), /"port":(\d+)/g);
    const signIn = (): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/v1/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ key }),
      });
    expect(await (await signIn()).json()).toMatchObject({ editor: { role: 'admin' } });

    // The command that the operator's page gives to who lost it, in an environment like the container's.
    const env = { REDIS_URL: redis.url, DATA_DIR: dir };
    const replaced = await startCli(env, ['keys', 'replace', 'admin']).ended;
    expect(replaced).toMatchObject({ code: 0, stdout: expect.stringMatching(/ajil_[\w-]{43}\n$/) });
    expect((await signIn()).status).toBe(401);
  },
);
