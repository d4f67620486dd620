import { Cluster, Redis as Single } from 'ioredis';
import type { Logger } from '../ops/logger.ts';
import { clusterNodes } from './cluster-url.ts';

/** A connection to one server, or to all nodes of a Redis Cluster: whoever uses it need not know which. */
export type Redis = Single | Cluster;

/**
 * What a connection is for decides how it behaves while Redis is away:
 * - `command`: answers at once with an error, so that the API can say 503 instead of waiting;
 * - `worker`: waits and goes on by itself (BullMQ workers; blocking commands are fine);
 * - `follower`: the same for the live log's follower, whose commands always end within seconds: a connection on which
 *   nothing comes is dead, or its server hangs, and another is opened.
 */
export type ConnectionPurpose = 'command' | 'worker' | 'follower';

const PURPOSES = {
  command: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    commandTimeout: 10_000,
  },
  worker: { maxRetriesPerRequest: null, connectTimeout: 5000 },
  follower: { maxRetriesPerRequest: null, connectTimeout: 5000, socketTimeout: 5000 },
} as const satisfies Record<ConnectionPurpose, object>;

const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 5), 500);

/** A Redis that loads its data names a time to come again, which is a guess: seconds after it is there, at worst. */
const LOADING_RETRY_MS = 200;

/**
 * Opens a connection. It reconnects by itself (100 ms, doubling up to 500 ms) until it is closed.
 * @param url `redis://`, `rediss://`, `unix:///path` or an absolute path to a Unix socket; for a Redis Cluster
 *   `redis-cluster://` or `rediss-cluster://` and some of its nodes, with commas between
 */
export function connectRedis(url: string, purpose: ConnectionPurpose, logger: Logger): Redis {
  const redis = open(url, purpose);
  let lastFault = '';
  redis.on('error', (error: Error) => {
    if (error.message !== lastFault)
      logger.warn({ err: error, purpose }, 'Redis connection fault; reconnecting');
    lastFault = error.message;
  });
  redis.on('ready', () => {
    if (lastFault !== '') logger.info({ purpose }, 'Redis connection is back');
    lastFault = '';
  });
  return redis;
}

function open(url: string, purpose: ConnectionPurpose): Redis {
  const options = { ...PURPOSES[purpose], maxLoadingRetryTime: LOADING_RETRY_MS };
  const cluster = clusterNodes(url);
  if (cluster !== undefined) {
    return new Cluster(cluster.nodes, {
      clusterRetryStrategy: retryStrategy,
      enableOfflineQueue: purpose !== 'command',
      redisOptions: { ...options, ...cluster.login },
    });
  }
  const path = url.replace(/^unix:\/\//, '');
  const single = { ...options, retryStrategy };
  return path.startsWith('/') ? new Single(path, single) : new Single(url, single);
}

/** Resolves when the connection can take commands; rejects after `timeoutMs` with a message that says what to check. */
export async function waitUntilReady(redis: Redis, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      redis.off('ready', onReady);
      reject(
        new Error(`Redis did not answer within ${timeoutMs} ms: check REDIS_URL and that the server runs`),
      );
    }, timeoutMs);
    function onReady(): void {
      clearTimeout(timer);
      resolve();
    }
    redis.once('ready', onReady);
  });
}

/** Closes without waiting for a server that is away. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    await redis.quit().catch(() => redis.disconnect());
  } else {
    redis.disconnect();
  }
}
