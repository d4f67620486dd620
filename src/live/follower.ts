import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../ops/logger.ts';
import { closeRedis, type Redis } from '../redis/connect.ts';
import { awaitAfter, createLiveLog, type LogEntry } from './log.ts';
import { createTail, type Tail } from './tail.ts';

const BLOCK_MS = 5000;

export interface Follower {
  readonly tail: Tail;
  /** The log is being read; false while Redis is away. */
  readonly following: boolean;
  close(): Promise<void>;
}

/**
 * Follows the live log, in order and without a gap, for as long as it is open. When the log is another than before (a
 * new epoch, or offsets that went back) it starts over, and `onNewLog` says so.
 * @param deps.follower a `worker` connection of its own: it waits in blocking reads. Closed with the follower.
 */
export async function openFollower(deps: {
  follower: Redis;
  logger: Logger;
  onEntry: (entry: LogEntry) => void;
  onNewLog: () => void;
}): Promise<Follower> {
  const { follower } = deps;
  const log = createLiveLog(follower);
  const closing = new AbortController();
  let following = true;

  async function startOver(): Promise<Tail> {
    const { epoch, entries } = await log.read(0);
    const fresh = createTail(epoch, (entries[0]?.offset ?? 1) - 1);
    for (const entry of entries) fresh.add(entry);
    return fresh;
  }

  let tail = await startOver();

  async function catchUp(): Promise<void> {
    const { epoch, offset } = tail.cursor;
    const { epoch: now, last, entries } = await log.read(offset);
    if (now !== epoch || last < offset) {
      deps.logger.warn({ offset, last }, 'the live log is another than before; clients start over');
      if (now === epoch) await log.renew(epoch);
      tail = await startOver();
      deps.onNewLog();
      return;
    }
    for (const entry of entries) {
      tail.add(entry);
      deps.onEntry(entry);
    }
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await awaitAfter(follower, tail.cursor.offset, BLOCK_MS);
        await catchUp();
        following = true;
      } catch (error) {
        if (closing.signal.aborted) return;
        following = false;
        deps.logger.warn({ err: error }, 'cannot follow the live log; trying again');
        await sleep(200);
      }
    }
  }
  const done = follow();

  return {
    get tail() {
      return tail;
    },
    get following() {
      return following && follower.status === 'ready';
    },
    close: async () => {
      closing.abort();
      follower.disconnect();
      await done;
      await closeRedis(follower);
    },
  };
}
