import { startRedisProxy, type RedisProxy } from './redis-proxy.ts';

/** How long answers are held: what was asked at the same time is answered by then. */
const HELD_MS = 30;

/** A Redis far away: all that it has answered by now is let through at once, again and again. */
export interface CountingProxy extends Pick<RedisProxy, 'url' | 'close'> {
  /** How often answers were let through: as often at most as somebody waited for Redis, one wait after the other. */
  waits(): number;
}

/** @param path of the Redis's Unix socket */
export async function startCountingProxy(path: string): Promise<CountingProxy> {
  const held: (() => void)[] = [];
  let waits = 0;
  const proxy = await startRedisProxy(path, (pass) => {
    held.push(pass);
    if (held.length > 1) return;
    setTimeout(() => {
      waits += 1;
      for (const one of held.splice(0)) one();
    }, HELD_MS);
  });
  return { url: proxy.url, waits: () => waits, close: () => proxy.close() };
}
