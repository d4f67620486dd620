import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../../src/redis/connect.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

/** Answers as a Redis does that loads its data: it guesses that this takes 10 s more, and is done when it is asked again. */
async function startLoadingRedis(): Promise<{ readonly url: string; asked(): number }> {
  let asked = 0;
  function answer(command: string): string {
    if (!/\binfo\b/i.test(command)) return '+OK\r\n';
    asked += 1;
    const info = asked === 1 ? 'loading:1\r\nloading_eta_seconds:10\r\n' : 'loading:0\r\n';
    return `$${info.length}\r\n${info}\r\n`;
  }
  const listening = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const command of data.toString().split(/(?=\*\d+\r\n)/)) socket.write(answer(command));
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return { url: `redis://127.0.0.1:${(listening.address() as AddressInfo).port}`, asked: () => asked };
}

test.each(['command', 'worker', 'follower'] as const)(
  'a %s connection finds out soon that Redis has loaded its data, whatever Redis guessed',
  async (purpose) => {
    const loading = await startLoadingRedis();
    const redis = connectRedis(loading.url, purpose, createLogger({ level: 'silent', role: 'test' }));
    await waitUntilReady(redis, 5000);
    expect(loading.asked()).toBe(2);
    await closeRedis(redis);
  },
);
