import { Cluster, Redis as Single } from 'ioredis';
import type { Logger } from '../ops/logger.ts';
import { clusterNodes, sentinelsOf, type ClusterNodes } from './cluster-url.ts';
import { lasting } from './cluster.ts';
import { shortSocketPath } from './socket-path.ts';

/** A connection to one server, or to all nodes of a Redis Cluster. Its users need not know which. */
export type Redis = Single | Cluster;

/**
 * The purpose of a connection decides how it behaves while Redis is away:
 * - `command`: commands fail at once, so that the API can answer 503 instead of waiting;
 * - `worker`: commands wait until Redis is back (BullMQ workers; commands may block);
 * - `follower`: like `worker`, for the live log's follower. Its commands always end within seconds, so a silent connection
 *   is dead, or its server hangs, and another one is opened.
 */
export type ConnectionPurpose = 'command' | 'worker' | 'follower';

/**
 * `socketTimeout`: after so long without an answer that is due, the connection is dead (a power cut or a partition says
 * nothing, and the kernel takes 15 minutes to notice) or its server hangs, and another one is opened. BullMQ's connections
 * inherit the worker's timeout. Their blocking reads last 10 s at most.
 */
const PURPOSES = {
  command: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    commandTimeout: 10_000,
    socketTimeout: 5000,
  },
  worker: { maxRetriesPerRequest: null, connectTimeout: 2000, socketTimeout: 15_000 },
  follower: { maxRetriesPerRequest: null, connectTimeout: 2000, socketTimeout: 5000 },
} as const satisfies Record<ConnectionPurpose, object>;

const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 5), 500);

/** A Redis that loads its data guesses when it will be ready, which may be seconds too late: ask more often. */
const LOADING_RETRY_MS = 200;

/** Time between two questions of a connection to its server whether it is the master, ms. */
const ROLE_EVERY_MS = 1000;

/** The latest fault of each connection that is not usable now. */
const faults = new WeakMap<Redis, Error>();

/**
 * Opens a connection. It reconnects by itself (after 100 ms, doubling up to 500 ms) until it is closed:
 *
 *     connecting ─ ready ─► usable
 *     connecting ─ fault ─► waiting (the log names each new fault once) ─ delay ─► connecting
 *     usable ───── fault, silence, or the server is a replica ──────────────────► waiting
 *     any ──────── closeRedis ──────────────────────────────────────────────────► ended
 *
 * It leaves a replica because after a failover the same name leads to the new master.
 * @param url `redis://`, `rediss://`, `unix:///path` or an absolute path to a Unix socket; for a Redis Cluster
 *   `redis-cluster://` or `rediss-cluster://` and some of its nodes, with commas between; for Sentinel
 *   `redis-sentinel://` or `rediss-sentinel://`, the sentinels, and `/` with the master's name
 */
export function connectRedis(url: string, purpose: ConnectionPurpose, logger: Logger): Redis {
  const redis = open(url, purpose);
  const cluster = clusterNodes(url);
  let explaining: Promise<void> | undefined;
  let lastFault = '';
  const tell = (fault: Error): void => {
    const text = [fault, fault.cause].map((part) => (part instanceof Error ? part.message : '')).join(' ');
    if (text !== lastFault) logger.warn({ err: fault, purpose }, 'Redis connection fault; reconnecting');
    lastFault = text;
    faults.set(redis, fault);
  };
  const onFault = (fault: Error): void => {
    if (cluster === undefined) tell(fault);
    // Faults come several times a second, but only one question is open at a time.
    else
      explaining ??= explainClusterFault(cluster, fault)
        .then(tell)
        .finally(() => (explaining = undefined));
  };
  redis.on('error', onFault);
  redis.on('ready', () => {
    if (lastFault !== '') logger.info({ purpose }, 'Redis connection is back');
    lastFault = '';
    faults.delete(redis);
  });
  if (redis instanceof Single) leaveReplicas(redis, purpose, logger);
  return redis;
}

/**
 * ioredis drops the cause of a cluster's fault (a certificate, a wrong password, a refused connection). A connection to the
 * first node finds it.
 */
async function explainClusterFault({ nodes: [node], login }: ClusterNodes, error: Error): Promise<Error> {
  if (node === undefined) return error;
  const probe = new Single({
    ...node,
    ...login,
    lazyConnect: true,
    connectTimeout: 2000,
    retryStrategy: () => null,
  });
  const cause = await new Promise<unknown>((resolve) => {
    probe.once('error', resolve);
    probe.once('ready', () => resolve((error as { lastNodeError?: unknown }).lastNodeError));
    probe.connect().catch(resolve);
  });
  probe.disconnect();
  return new Error(error.message, { cause });
}

/** Connections that only read ask for the role as well, because a replica that is cut off answers reads for ever. */
function leaveReplicas(redis: Single, purpose: ConnectionPurpose, logger: Logger): void {
  let told = false;
  const timer = setInterval(() => {
    if (redis.status !== 'ready') return;
    redis.role().then(
      ([role]) => {
        if (role !== 'slave') {
          told = false;
          return;
        }
        if (!told) logger.warn({ purpose }, 'Redis is a replica; reconnecting to find the master');
        told = true;
        redis.disconnect(true);
      },
      () => undefined, // the account may not ask, or the connection was lost, which is handled above
    );
  }, ROLE_EVERY_MS);
  timer.unref();
  redis.once('end', () => clearInterval(timer));
}

/** A script of Redis 6 wraps the error: `ERR Error running script (…): @user_script: 2: -READONLY You can't write…`. */
function createReconnectOnReadOnly(): (error: Error) => boolean {
  let last = -Infinity;
  return (error) => {
    // Not with each command, while there is no master anywhere.
    if (!/(^|-)READONLY /.test(error.message) || performance.now() - last < ROLE_EVERY_MS) return false;
    last = performance.now();
    return true;
  };
}

function open(url: string, purpose: ConnectionPurpose): Redis {
  const options = { ...PURPOSES[purpose], maxLoadingRetryTime: LOADING_RETRY_MS };
  const cluster = clusterNodes(url);
  if (cluster !== undefined) {
    return lasting(
      new Cluster(cluster.nodes, {
        clusterRetryStrategy: retryStrategy,
        enableOfflineQueue: purpose !== 'command',
        redisOptions: { ...options, ...cluster.login },
        // A certificate names hosts, but ioredis would resolve them first and verify addresses.
        ...(cluster.login.tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
      }),
    );
  }
  const path = url.replace(/^unix:\/\//, '');
  const single = { ...options, retryStrategy, reconnectOnError: createReconnectOnReadOnly() };
  const sentinels = sentinelsOf(url);
  if (sentinels !== undefined) {
    const { nodes, name, login } = sentinels;
    return new Single({
      ...single,
      ...login,
      sentinels: nodes,
      name,
      // If Redis uses TLS, its sentinels do too.
      ...(login.tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: {} }),
      sentinelRetryStrategy: retryStrategy,
      // In a planned failover the old master lives on for some ten seconds, and takes writes that its demotion throws away.
      failoverDetector: true,
      sentinelReconnectStrategy: retryStrategy,
    });
  }
  return path.startsWith('/') ? new Single(shortSocketPath(path), single) : new Single(url, single);
}

/** Resolves when the connection can take commands. Rejects after `timeoutMs` with a message that says what to check. */
export async function waitUntilReady(redis: Redis, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      redis.off('ready', onReady);
      reject(
        new Error(`Redis did not answer within ${timeoutMs} ms: check REDIS_URL and that the server runs`, {
          cause: faults.get(redis),
        }),
      );
    }, timeoutMs);
    function onReady(): void {
      clearTimeout(timer);
      resolve();
    }
    redis.once('ready', onReady);
  });
}

/** Closes the connection, without waiting for a server that is away. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    await redis.quit().catch(() => redis.disconnect());
  } else {
    redis.disconnect();
  }
}
