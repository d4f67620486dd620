const BASE_MS = 1000;
const MAX_MS = 5 * 60_000;

/**
 * How long to wait before the next attempt: exponential with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and never less than the push service asked for.
 * @param attempts requests made in vain so far; 0 when nothing was sent at all
 * @param afterMs what `Retry-After` said, or the sender's own least wait
 */
export function retryDelay(attempts: number, afterMs: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(attempts, 16));
  return Math.ceil(Math.max(afterMs, BASE_MS / 4 + random() * ceiling));
}
