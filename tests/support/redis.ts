import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedRedis, type EmbeddedRedis } from '../../src/machine/embedded-redis.ts';
import { findRedisServer } from '../../src/machine/server-binary.ts';

const PROJECT = new URL('../..', import.meta.url).pathname;

export interface TestRedis {
  readonly url: string;
  /** SIGKILL and start again on the same data. */
  crash(): Promise<void>;
  /** SIGKILL, and stay away until {@link restart}. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** SIGSTOP: it hangs, its connections stay. SIGCONT: it goes on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A real Redis with the production settings, in a folder of its own. */
export async function startTestRedis(): Promise<TestRedis> {
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT);
  if (binary === undefined) throw new Error('no redis-server: run `npm run setup`');
  const dir = await mkdtemp(join(tmpdir(), 'ajil-redis-'));
  let server: EmbeddedRedis = await startEmbeddedRedis({ binary, dir });
  const kill = async (): Promise<void> => {
    server.kill('SIGKILL');
    await server.ended;
  };
  const restart = async (): Promise<void> => {
    server = await startEmbeddedRedis({ binary, dir });
  };
  return {
    url: server.url,
    kill,
    restart,
    signal: (signal) => server.kill(signal),
    crash: async () => {
      await kill();
      await restart();
    },
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A Redis that the test runs itself, for what takes a {@link TestRedis} and only connects to it. */
export function redisAt(url: string): TestRedis {
  const never = (): never => {
    throw new Error('the test runs this Redis itself');
  };
  return { url, crash: never, kill: never, restart: never, signal: never, stop: never };
}
