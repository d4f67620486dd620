import { Cluster } from 'ioredis';

/**
 * A Redis Cluster whose connection always ends. ioredis says `end` when the last node has left: while it knows no node, because
 * all were away and it waits before the next attempt, it never does, and whoever waits for that (BullMQ, when a worker closes)
 * waits for ever.
 */
export class EndingCluster extends Cluster {
  override disconnect(reconnect = false): void {
    const isEmpty = this.nodes().length === 0;
    super.disconnect(reconnect);
    if (reconnect || !isEmpty || this.status !== 'disconnecting') return;
    this.status = 'end';
    process.nextTick(() => this.emit('end'));
  }

  /** BullMQ's blocking connections are made so. */
  override duplicate(...args: Parameters<Cluster['duplicate']>): never {
    return Object.setPrototypeOf(super.duplicate(...args), EndingCluster.prototype) as never;
  }
}
