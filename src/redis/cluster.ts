import { Cluster } from 'ioredis';

/** Those that were told to end. */
const leaving = new WeakSet<Cluster>();

/**
 * A Redis Cluster whose connection always ends when it is told to, and otherwise always comes back. ioredis forgets both now and
 * then, and whoever waits for it (BullMQ's worker of an idle queue) waits for ever:
 * - While it knows no node, because all were away and it waits before the next attempt, `disconnect` says nothing any more.
 * - After failovers the pool may be empty while nobody listens for that: the connection is closed, and nothing follows.
 * - Where the cluster is not ready at the first attempt, because a failover goes on, `connect` is forgotten: the connection comes
 *   back, and the promise of the one who asked for it does not.
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
    const isEmpty = this.nodes().length === 0;
    if (!reconnect) leaving.add(this);
    super.disconnect(reconnect);
    if (!reconnect && isEmpty && this.status === 'disconnecting') become(this, 'close');
  }

  /** BullMQ's blocking connections are made so. */
  override duplicate(...args: Parameters<Cluster['duplicate']>): never {
    return lasting(super.duplicate(...args)) as never;
  }
}

/** @param cluster that nobody uses yet */
export function lasting(cluster: Cluster): Cluster {
  Object.setPrototypeOf(cluster, LastingCluster.prototype);
  goOn(cluster);
  return cluster;
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
