import type { Part } from '../ledger/retry.ts';

const BASE_MS = 1000;
const MAX_MS = 5 * 60_000;
/** Nothing was sent, so another look bothers no service, and the service may be back at any time. */
const MAX_WAIT_MS = 10_000;
/** Where a push service takes little, who goes first must be there whenever it takes some. */
const MAX_WAIT_ENGAGED_MS = 2500;

/**
 * How long to wait before the next attempt: exponential with jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and never less than the push service asked for.
 * @param attempts failed requests so far
 * @param waits times in a row that nothing was even sent
 * @param afterMs the time of `Retry-After`, or the sender's own least wait
 * @param part of the audience: the engaged look more often
 */
export function retryDelay(
  { attempts, waits, afterMs, part }: { attempts: number; waits: number; afterMs: number; part: Part },
  random: () => number = Math.random,
): number {
  const grown = (times: number, most: number): number => Math.min(most, BASE_MS * 2 ** Math.min(times, 16));
  const backoff = random() * grown(attempts, MAX_MS);
  const most = part === 'engaged' ? MAX_WAIT_ENGAGED_MS : MAX_WAIT_MS;
  const patience = waits === 0 ? 0 : (0.5 + random() / 2) * grown(waits - 1, most);
  return Math.ceil(Math.max(afterMs, BASE_MS / 4 + backoff, patience));
}
