import { setImmediate as turn } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { formatCursor } from '../log/cursor.ts';
import type { Group, Groups } from './groups.ts';
import { AT_ONCE, type FanWrite } from './fan-write.ts';
import { alertText, concerns, type Version } from '../log/tail.ts';
import type { LiveFilter } from '../protocol.ts';
import type { Wire } from './wire.ts';

/**
 * How long the broadcast may use the event loop before other work has a turn. Short while there is other work, because Node
 * accepts one new connection a turn; longer while there is none, because a turn costs as much as a send.
 */
const SLICE_MS = { least: 0.5, alone: 4, most: 40 };
/** A turn without other work takes less, ms. */
const EMPTY_TURN_MS = 0.05;
/** Versions that may wait in memory; more wait in the log. */
const MAX_WAITING = 64;

export interface Broadcast {
  /** Writes a version to every connection that it concerns (or `isFor`), after earlier versions. @returns resolves when there is room for the next; undefined when there is room now */
  push(epoch: string, version: Version, isFor?: (filter: LiveFilter) => boolean): Promise<void> | undefined;
  /** Drops versions that have not gone out, because the log was replaced. */
  clear(): void;
  /** Resolves when all versions have gone out. */
  idle(): Promise<void>;
}

interface Job {
  readonly epoch: string;
  readonly version: Version;
  readonly isFor: (filter: LiveFilter) => boolean;
}

export function createBroadcast(deps: {
  groups: Groups;
  fanWrite: FanWrite;
  /** Called when a version has gone out, with the number of connections and the time that it took. */
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

  async function send({ epoch, version, isFor }: Job): Promise<void> {
    const began = performance.now();
    const round = dropped;
    const slice = createSlice();
    const encode = encoder(formatCursor({ epoch, offset: version.offset }), version);
    const chunk: Connection[] = [];
    let connections = 0;
    let looked = 0;
    for (const group of deps.groups.all()) {
      if (++looked % AT_ONCE === 0) await slice.pause();
      if (dropped !== round) return;
      if (!isFor(group.filter)) continue;
      const bytes = encode(group.wire);
      // From the end to the start: see Groups.part. A connection that opened after the version entered the tail has it in its hello.
      for (let at = group.members.length - 1; at >= 0; at = Math.min(at, group.members.length) - 1) {
        at = fill(chunk, group, at, version.offset);
        deps.fanWrite.write(chunk, bytes);
        connections += chunk.length;
        if (slice.isOver()) await slice.pause();
        if (dropped !== round) return;
      }
    }
    deps.onSent(version, connections, (performance.now() - began) / 1000);
  }

  return {
    push: (epoch, version, isFor = (filter) => concerns(filter, version)) => {
      waiting.push({ epoch, version, isFor });
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

/** Fills the chunk with members that have not had the version, from index `at` down. @returns the index of the last member that it looked at */
function fill(chunk: Connection[], { members }: Group, at: number, offset: number): number {
  chunk.length = 0;
  for (; at >= 0; at--) {
    const connection = members[at];
    if (connection === undefined || connection.offset >= offset) continue;
    connection.offset = offset;
    chunk.push(connection);
    if (chunk.length === AT_ONCE) return at;
  }
  return 0;
}

/** Makes the version's bytes, once for each wire in use. */
function encoder(cursor: string, version: Version): (wire: Wire) => Buffer {
  const made = new Map<Wire, Buffer>();
  return (wire) => {
    const bytes = made.get(wire) ?? wire.encode(alertText(cursor, version), cursor);
    made.set(wire, bytes);
    return bytes;
  };
}

/**
 * Shares the event loop: a slice is twice as long as the last turn of other work, within bounds. In a storm of new connections
 * the broadcast therefore has two thirds of the time.
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
      const otherWork = began - left;
      length =
        otherWork < EMPTY_TURN_MS
          ? Math.min(length * 2, SLICE_MS.alone)
          : Math.min(Math.max(SLICE_MS.least, otherWork * 2), SLICE_MS.most);
    },
  };
}
