import type { Connection } from './connection.ts';

const TICK_MS = 250;

/** Pings every connection once per interval, some of them at each tick. */
export interface Heartbeat {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  /** All connections. */
  all(): Connection[];
  stop(): void;
}

/**
 * Time is counted in ticks, not by the clock. After a pause of the whole process, the answers that wait in the sockets are
 * read before a connection is ended because its answer is missing.
 */
export function createHeartbeat(limits: {
  readonly beatMs: number;
  readonly answerMs: number;
  readonly onTick: () => void;
}): Heartbeat {
  const count = Math.max(4, Math.round(limits.beatMs / TICK_MS));
  const ticks: Connection[][] = Array.from({ length: count }, () => []);
  const answerTicks = Math.min(count - 1, Math.max(1, Math.ceil((limits.answerMs / limits.beatMs) * count)));
  let now = 0;
  let next = 0;

  const at = (tick: number): Connection[] => [...(ticks[(tick + count) % count] ?? [])];

  function tick(): void {
    now = (now + 1) % count;
    for (const connection of at(now - answerTicks)) if (connection.asked) connection.terminate('silent');
    for (const connection of at(now)) connection.beat();
    limits.onTick();
  }
  const timer = setInterval(tick, limits.beatMs / count);
  timer.unref();

  return {
    // Each connection joins the next tick, so that connections that arrive together are not pinged together.
    add: (connection) => {
      next = (next + 1) % count;
      connection.beatTick = next;
      connection.beatIndex = (ticks[next]?.push(connection) ?? 1) - 1;
    },
    remove: (connection) => {
      const members = ticks[connection.beatTick] ?? [];
      const last = members.pop();
      if (last === undefined || last === connection) return;
      members[connection.beatIndex] = last;
      last.beatIndex = connection.beatIndex;
    },
    all: () => ticks.flat(),
    stop: () => clearInterval(timer),
  };
}
