import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';

// The canary's stream, beside the live log: it takes no offset of the log, and older gateways do not read it.

/** An entry of the canary's stream. */
export interface CanaryEntry {
  /** Of the stream. */
  readonly id: string;
  readonly run: string;
}

export async function appendCanary(redis: Redis, run: string): Promise<void> {
  await redis.xadd(keys.liveCanary, 'MAXLEN', 1, '*', 'run', run);
}

/** Id of the stream's newest entry. */
export async function newestCanary(redis: Redis): Promise<string> {
  const [newest] = await redis.xrevrange(keys.liveCanary, '+', '-', 'COUNT', 1);
  return newest?.[0] ?? '0-0';
}
