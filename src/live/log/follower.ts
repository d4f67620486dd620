import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../ops/logger.ts';
import { closeRedis, type Redis } from '../../redis/connect.ts';
import { newestCanary, type CanaryEntry } from './canary-stream.ts';
import type { Cursor } from './cursor.ts';
import { awaitAfter, createLiveLog, type LogEntry, type LogReading } from './log.ts';
import { createLooks } from './look-waiters.ts';
import { createTail, KEPT, type Tail, type Version } from './tail.ts';

const BLOCK_MS = 2000;
/** Without an answer for so long, the log is not followed: its server hangs, or the network to it. */
const SILENT_MS = 5000;
/** How long callers wait for the next look: longer than a blocking read. */
const LOOK_MS = BLOCK_MS + 1000;
/** Entries per read: about 10 ms of work. */
const AT_ONCE = 500;
const RETRY_MS = 200;

export interface Follower {
  readonly tail: Tail;
  /** Whether the log is being read; false while Redis is away or does not answer. */
  readonly following: boolean;
  /**
   * Whether a reader with this cursor may have seen more than we have: another gateway was faster, or has already noticed
   * that the log was replaced.
   */
  behind(since: Cursor | undefined): boolean;
  /** See {@link Looks}. */
  nextLook(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Follows the live log, in order and without a gap, for as long as it is open. Each look checks that the log still
 * holds the tail's newest entry.
 *
 *                        ┌──────────── the log has no more ─────────────┐
 *                        ▼                                              │
 *   start over ─────► waiting ── an entry came, or BLOCK_MS passed ─► looking ─┐
 *       ▲                │ ▲                                           │ │ ▲   │ there may be more
 *       │                │ └── RETRY_MS passed ── failed ◄── error ────┘ │ └───┘
 *       │                └───────── error ──────────▲                    │
 *       └──────────────── the log contradicts the tail ◄────────────────┘
 *
 * - start over: the tail is made from the last entries of the log. The first time, `openFollower` waits for it, and rejects
 *   with its error. Later, `onNewLog` follows, because the connections' cursors may mean another log; an error leads to failed.
 * - waiting: the tail holds what the log held at the last look.
 * - looking: a version enters the tail and goes to `onVersion` in one turn. The log contradicts the tail when {@link compare}
 *   finds a fault. If several processes find the log `lost`, the first gives it a new epoch.
 * - failed: the tail stays, `following` is false, and callers of `nextLook` wait on.
 *
 * `close` ends it in any state.
 * @param deps.follower a separate connection, because it waits in blocking reads. It is closed with the follower
 * @param deps.onVersion may return a promise: nothing more is read before it resolves
 */
export async function openFollower(deps: {
  follower: Redis;
  logger: Logger;
  onVersion: (version: Version) => Promise<void> | undefined;
  onNewLog: () => void;
  /** The canary has come as far as a version would. */
  onCanary?: (entry: CanaryEntry) => void;
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
  let canary = await newestCanary(follower);

  async function startAgain(reason: string, reading: LogReading): Promise<void> {
    const { offset } = tail.cursor;
    deps.logger.warn({ reason, offset, last: reading.last }, 'the live log was replaced; clients start over');
    tail = await startOver();
    canary = await newestCanary(follower);
    deps.onNewLog();
  }

  /** @returns whether there may be more to read */
  async function catchUp(): Promise<boolean> {
    const { epoch, offset } = tail.cursor;
    // The reading begins with our newest entry, which must still be there.
    const reading = await log.read(tail.newest === undefined ? offset : offset - 1, AT_ONCE);
    heardAt = performance.now();
    const fault = compare(tail, reading);
    if (fault !== undefined) {
      if (fault === 'lost') await log.renew(epoch);
      await startAgain(fault, reading);
      return true;
    }
    for (const entry of reading.entries) {
      if (entry.offset <= offset) continue;
      const wait = deps.onVersion(tail.add(entry));
      if (wait !== undefined) await wait;
    }
    return reading.entries.length === AT_ONCE;
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        const came = await awaitAfter(follower, tail.cursor.offset, canary, BLOCK_MS);
        await looks.run(async () => {
          while (await catchUp());
        });
        failed = false;
        if (came === undefined) continue;
        canary = came.id;
        deps.onCanary?.(came);
      } catch (error) {
        if (closing.signal.aborted) return;
        failed = true;
        deps.logger.warn({ err: error }, 'cannot follow the live log; trying again');
        await sleep(RETRY_MS);
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
 * Finds what is wrong with a reading that begins with the tail's newest entry:
 * - `new epoch`: another process found the log lost, or Redis was emptied;
 * - `lost`: the log ends before our newest entry, or has another entry in its place;
 * - `trimmed`: the log dropped entries that we have not read.
 */
function compare(tail: Tail, reading: LogReading): 'new epoch' | 'lost' | 'trimmed' | undefined {
  const { epoch, offset } = tail.cursor;
  if (reading.epoch !== epoch) return 'new epoch';
  if (reading.last < offset) return 'lost';
  const [first] = reading.entries;
  if (tail.newest !== undefined && first?.offset === offset && first.json !== tail.newest.json) return 'lost';
  const expected = tail.newest === undefined ? offset + 1 : offset;
  const unbroken = reading.entries.every((entry, index) => entry.offset === expected + index);
  return unbroken && (reading.entries.length > 0 || reading.last === offset) ? undefined : 'trimmed';
}

/** The last of `entries`, as far back as their offsets are consecutive. */
function withoutGap(entries: readonly LogEntry[]): readonly LogEntry[] {
  let start = entries.length - 1;
  while (start > 0 && entries[start - 1]?.offset === (entries[start]?.offset ?? 0) - 1) start--;
  return entries.slice(Math.max(0, start));
}
