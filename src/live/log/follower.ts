import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../ops/logger.ts';
import { closeRedis, type Redis } from '../../redis/connect.ts';
import type { Cursor } from './cursor.ts';
import { awaitAfter, createLiveLog, type LogEntry, type LogPage } from './log.ts';
import { createLooks } from './look-waiters.ts';
import { createTail, KEPT, type Tail, type Version } from './tail.ts';

const BLOCK_MS = 2000;
/** A log that was not heard of for so long is not followed: its server hangs, or the network to it. */
const SILENT_MS = 5000;
/** A look is waited for as long as the block takes, and then some. */
const LOOK_MS = BLOCK_MS + 1000;
/** Entries read in one go: some 10 ms of work. */
const PAGE = 500;

export interface Follower {
  readonly tail: Tail;
  /** The log is being read; false while Redis is away, or does not answer. */
  readonly following: boolean;
  /**
   * Whether a reader with this cursor may have seen more than we have: it comes from a gateway that was faster, or that
   * has already found the log to be another.
   */
  behind(since: Cursor | undefined): boolean;
  /** See {@link Looks}. */
  nextLook(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Follows the live log, in order and without a gap, for as long as it is open. It checks at each look that the log still
 * holds what it held: when it is another than before (a new epoch, entries that are gone or other ones), or has run ahead
 * by more than it holds, the follower starts over, and `onNewLog` says so.
 * @param deps.follower a connection of its own: it waits in blocking reads. Closed with the follower.
 * @param deps.onVersion in the same turn as the version enters the tail. It may return a promise: nothing more is read before.
 */
export async function openFollower(deps: {
  follower: Redis;
  logger: Logger;
  onVersion: (version: Version) => Promise<void> | undefined;
  onNewLog: () => void;
}): Promise<Follower> {
  const { follower } = deps;
  const log = createLiveLog(follower);
  const closing = new AbortController();
  let heardAt = performance.now();
  let failed = false;
  const looks = createLooks(LOOK_MS);

  async function startOver(): Promise<Tail> {
    const { last } = await log.read(Number.MAX_SAFE_INTEGER, 1);
    const { epoch, entries } = await log.read(Math.max(0, last - KEPT));
    const held = withoutGap(entries);
    const fresh = createTail(epoch, (held[0]?.offset ?? last + 1) - 1);
    for (const entry of held) fresh.add(entry);
    return fresh;
  }

  let tail = await startOver();

  async function startAgain(reason: string, page: LogPage): Promise<void> {
    const { offset } = tail.cursor;
    deps.logger.warn({ reason, offset, last: page.last }, 'the live log was replaced; clients start over');
    tail = await startOver();
    deps.onNewLog();
  }

  /** @returns whether there may be more to read */
  async function catchUp(): Promise<boolean> {
    const { epoch, offset } = tail.cursor;
    // From our own newest on: what was there must still be there.
    const page = await log.read(tail.newest === undefined ? offset : offset - 1, PAGE);
    heardAt = performance.now();
    const fault = compare(tail, page);
    if (fault !== undefined) {
      if (fault === 'lost') await log.renew(epoch);
      await startAgain(fault, page);
      return true;
    }
    for (const entry of page.entries) {
      if (entry.offset <= offset) continue;
      const wait = deps.onVersion(tail.add(entry));
      if (wait !== undefined) await wait;
    }
    return page.entries.length === PAGE;
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await awaitAfter(follower, tail.cursor.offset, BLOCK_MS);
        await looks.run(async () => {
          while (await catchUp());
        });
        failed = false;
      } catch (error) {
        if (closing.signal.aborted) return;
        failed = true;
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
      return !failed && follower.status === 'ready' && performance.now() - heardAt < SILENT_MS;
    },
    behind: (since) =>
      since !== undefined && (since.epoch !== tail.cursor.epoch || since.offset > tail.cursor.offset),
    nextLook: () => looks.next(),
    close: async () => {
      closing.abort();
      follower.disconnect();
      await done;
      await closeRedis(follower);
    },
  };
}

/**
 * What is wrong with a page that begins with the tail's newest entry:
 * - `new epoch`: somebody else found it lost, or Redis was emptied;
 * - `lost`: the log ends before our newest entry, or has another one in its place;
 * - `trimmed`: it let go entries that we have not read.
 */
function compare(tail: Tail, page: LogPage): 'new epoch' | 'lost' | 'trimmed' | undefined {
  const { epoch, offset } = tail.cursor;
  if (page.epoch !== epoch) return 'new epoch';
  if (page.last < offset) return 'lost';
  const [first] = page.entries;
  if (tail.newest !== undefined && first?.offset === offset && first.json !== tail.newest.json) return 'lost';
  const expected = tail.newest === undefined ? offset + 1 : offset;
  const unbroken = page.entries.every((entry, index) => entry.offset === expected + index);
  return unbroken && (page.entries.length > 0 || page.last === offset) ? undefined : 'trimmed';
}

/** The end of `entries` whose offsets run on. */
function withoutGap(entries: readonly LogEntry[]): readonly LogEntry[] {
  let start = entries.length - 1;
  while (start > 0 && entries[start - 1]?.offset === (entries[start]?.offset ?? 0) - 1) start--;
  return entries.slice(Math.max(0, start));
}
