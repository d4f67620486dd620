import { setImmediate as turn } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { formatCursor } from '../log/cursor.ts';
import type { Group, Groups } from './groups.ts';
import { BATCH, type Sender } from './fan-write.ts';
import { alertText, concerns, type Version } from '../log/tail.ts';
import type { Wire } from './wire.ts';

/**
 * The event loop is everybody's: so long at a time, then others have their turn. Short while others are there, because
 * Node accepts one newcomer a turn; longer while nobody is, because a turn costs as much as a send.
 */
const SLICE_MS = { least: 0.5, alone: 4, most: 40 };
/** A turn without anybody takes less, ms. */
const EMPTY_TURN_MS = 0.05;
/** Versions that may wait here; the rest waits in the log. */
const MAX_WAITING = 64;

export interface Broadcast {
  /** Gives a version to every connection that it concerns, after those before it. @returns when there is room for the next */
  push(epoch: string, version: Version): Promise<void> | undefined;
  /** Drops what has not gone out: the log is another one. */
  clear(): void;
  /** Resolves when everything has gone out. */
  idle(): Promise<void>;
}

interface Job {
  readonly epoch: string;
  readonly version: Version;
}

export function createBroadcast(deps: {
  groups: Groups;
  sender: Sender;
  /** A version has gone to so many connections, which took so long. */
  onSent: (version: Version, connections: number, seconds: number) => void;
}): Broadcast {
  const waiting: Job[] = [];
  let running: Promise<void> | undefined;
  let room: ReturnType<typeof createRoom> | undefined;
  let dropped = 0;

  function leaveRoom(): void {
    if (waiting.length >= MAX_WAITING) return;
    room?.open();
    room = undefined;
  }

  async function run(): Promise<void> {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      leaveRoom();
      await send(job);
    }
    running = undefined;
  }

  async function send({ epoch, version }: Job): Promise<void> {
    const began = performance.now();
    const round = dropped;
    const slice = createSlice();
    const encode = encoder(formatCursor({ epoch, offset: version.offset }), version);
    const batch: Connection[] = [];
    let connections = 0;
    let looked = 0;
    for (const group of deps.groups.all()) {
      if (++looked % BATCH === 0) await slice.pause();
      if (dropped !== round) return;
      if (!concerns(group.filter, version)) continue;
      const bytes = encode(group.wire);
      // From the end to the start: see Groups.part. A connection that came after the version entered the tail has it in its hello.
      for (let at = group.members.length - 1; at >= 0; at = Math.min(at, group.members.length) - 1) {
        at = fill(batch, group, at, version.offset);
        deps.sender.send(batch, batch.length, bytes);
        connections += batch.length;
        if (slice.isOver()) await slice.pause();
        if (dropped !== round) return;
      }
    }
    deps.onSent(version, connections, (performance.now() - began) / 1000);
  }

  return {
    push: (epoch, version) => {
      waiting.push({ epoch, version });
      running ??= run();
      if (waiting.length < MAX_WAITING) return undefined;
      room ??= createRoom();
      return room.promise;
    },
    clear: () => {
      waiting.length = 0;
      dropped += 1;
      leaveRoom();
    },
    idle: () => running ?? Promise.resolve(),
  };
}

function createRoom(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open };
}

/** Fills the batch with members that have not had the version, from `at` down. @returns the place of the last one looked at */
function fill(batch: Connection[], { members }: Group, at: number, offset: number): number {
  batch.length = 0;
  for (; at >= 0; at--) {
    const connection = members[at];
    if (connection === undefined || connection.offset >= offset) continue;
    connection.offset = offset;
    batch.push(connection);
    if (batch.length === BATCH) return at;
  }
  return 0;
}

/** The version's bytes, made once for each wire that somebody uses. */
function encoder(cursor: string, version: Version): (wire: Wire) => Buffer {
  const made = new Map<Wire, Buffer>();
  return (wire) => {
    const bytes = made.get(wire) ?? wire.encode(alertText(cursor, version), cursor);
    made.set(wire, bytes);
    return bytes;
  };
}

/**
 * Shares the event loop: a slice is twice as long as the others' last turn was, within bounds. So in a storm of newcomers
 * an alert in flight has two thirds of the time.
 */
function createSlice() {
  let length = SLICE_MS.alone;
  let began = performance.now();
  return {
    isOver: () => performance.now() - began >= length,
    pause: async () => {
      const left = performance.now();
      if (left - began < length) return;
      await turn();
      began = performance.now();
      const others = began - left;
      length =
        others < EMPTY_TURN_MS
          ? Math.min(length * 2, SLICE_MS.alone)
          : Math.min(Math.max(SLICE_MS.least, others * 2), SLICE_MS.most);
    },
  };
}
