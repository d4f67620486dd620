import { NotReplicatedError } from './not-replicated.ts';

// Errors of ioredis without a usable connection, and errors of a server that cannot take a write now (loading, a replica,
// too few replicas, out of memory, a full disk, a cluster whose slots move).
const CONNECTION =
  /Connection is closed|isn't writeable|Command aborted|max retries per request|Command timed out|ECONN|EPIPE|ENOENT|Socket timeout/;
const CLUSTER =
  /Cluster isn't ready|Cluster is disconnect|None of startup nodes|Too many Cluster redirections|Failed to refresh slots cache/;
// A script of Redis 6 wraps the error: `ERR Error running script (…): @user_script: 2: -READONLY …`.
const REPLY =
  /(?:^|: -)(LOADING|READONLY|NOREPLICAS|OOM|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|UNBLOCKED) /;

/** Whether an error means that Redis cannot be used now. The same command may work a little later. */
export function isRedisAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof NotReplicatedError) return true;
  if (error.name === 'ReplyError') return REPLY.test(error.message);
  return (
    error.name === 'MaxRetriesPerRequestError' ||
    CONNECTION.test(error.message) ||
    CLUSTER.test(error.message)
  );
}
