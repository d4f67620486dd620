import { Cluster } from 'ioredis';

/** Those that were told to end. */
const leaving = new WeakSet<Cluster>();

/**
 * A connection to a Redis Cluster that ends when it is told to, and comes back otherwise. ioredis forgets both in three cases.
 * Whoever waits for it then waits for ever, as BullMQ's workers do:
 * - All nodes were away, and ioredis waits before its next attempt. It knows no node then, and `disconnect` and `quit` say nothing.
 * - After failovers no node is left, and nobody listens for that. The connection is closed, and nothing follows.
 * - The cluster is not ready at the first attempt, because a failover goes on. The connection comes back later, but the promise
 *   of `connect` is never kept.
 */
class LastingCluster extends Cluster {
  override connect(): Promise<void> {
    leaving.delete(this);
    return new Promise((resolve, reject) => {
      const onEnd = (): void => reject(new Error('Connection is closed.'));
      this.once('ready', resolve).once('end', onEnd);
      void super
        .connect()
        .then(resolve, reject)
        .finally(() => this.off('ready', resolve).off('end', onEnd));
    });
  }

  override disconnect(reconnect = false): void {
    if (reconnect) super.disconnect(true);
    else leave(this, () => super.disconnect());
  }

  override quit(...args: Parameters<Cluster['quit']>): Promise<'OK'> {
    return leave(this, () => super.quit(...args));
  }

  /** BullMQ's blocking connections are made so. */
  override duplicate(...args: Parameters<Cluster['duplicate']>): never {
    return lasting(super.duplicate(...args)) as never;
  }
}

/**
 * @param cluster that nobody uses yet. It is made by ioredis, because `duplicate` there makes no subclass
 * @returns the same
 */
export function lasting(cluster: Cluster): Cluster {
  Object.setPrototypeOf(cluster, LastingCluster.prototype);
  goOn(cluster);
  return cluster;
}

function leave<Left>(cluster: Cluster, how: () => Left): Left {
  leaving.add(cluster);
  const isEmpty = cluster.nodes().length === 0;
  const left = how();
  if (isEmpty && cluster.status === 'disconnecting') become(cluster, 'close');
  return left;
}

/** Closed is no state to stay in: ioredis goes on from it in the same turn, if it listens. */
function goOn(cluster: Cluster): void {
  cluster.on('close', () =>
    setImmediate(() => {
      if (cluster.status !== 'close') return;
      if (leaving.has(cluster)) become(cluster, 'end');
      // If that fails, ioredis listens again, and tries again.
      else cluster.connect().catch(() => undefined);
    }),
  );
}

/** As ioredis does it, but for one thing: it says nothing if `connect` was called meanwhile. */
function become(cluster: Cluster, status: 'close' | 'end'): void {
  cluster.status = status;
  process.nextTick(() => {
    if (cluster.status === status) cluster.emit(status);
  });
}
