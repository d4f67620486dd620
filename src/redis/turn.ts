import { randomUUID } from 'node:crypto';
import type { Redis } from './connect.ts';
import { runScript } from './script.ts';
import { END_TURN } from './scripts/end-turn.ts';

/**
 * Does work that one process at a time may do.
 * @param key of the turn
 * @param turnMs a process that dies leaves its turn for so long; the work must end earlier
 * @returns undefined while another process has the turn
 */
export async function inTurn<T>(
  redis: Redis,
  key: string,
  turnMs: number,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const token = randomUUID();
  if ((await redis.set(key, token, 'PX', turnMs, 'NX')) === null) return undefined;
  try {
    return await work();
  } finally {
    // What does not end here runs out by itself.
    await runScript(redis, END_TURN, [key], [token]).catch(() => undefined);
  }
}
