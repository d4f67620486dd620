import type { Connection } from './connection.ts';

const TICK_MS = 250;

/** Pings every connection once per interval, a few at each tick. */
export interface Heart {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  /** Every connection. */
  all(): Connection[];
  stop(): void;
}

/**
 * Time is counted in ticks, not by the clock: after a pause of the whole process the answers that wait in the sockets are
 * read before anybody is ended for their lack.
 */
export function createHeart(limits: {
  readonly beatMs: number;
  readonly answerMs: number;
  readonly onTick: () => void;
}): Heart {
  const count = Math.max(4, Math.round(limits.beatMs / TICK_MS));
  const slots: Connection[][] = Array.from({ length: count }, () => []);
  const answerTicks = Math.min(count - 1, Math.max(1, Math.ceil((limits.answerMs / limits.beatMs) * count)));
  let now = 0;
  let next = 0;

  const at = (tick: number): Connection[] => [...(slots[(tick + count) % count] ?? [])];

  function tick(): void {
    now = (now + 1) % count;
    for (const connection of at(now - answerTicks)) if (connection.asked) connection.terminate('silent');
    for (const connection of at(now)) connection.beat();
    limits.onTick();
  }
  const timer = setInterval(tick, limits.beatMs / count);
  timer.unref();

  return {
    // Fill the slots in turn, so that connections that arrive together are not pinged together.
    add: (connection) => {
      next = (next + 1) % count;
      connection.beatSlot = next;
      connection.beatPlace = (slots[next]?.push(connection) ?? 1) - 1;
    },
    remove: (connection) => {
      const slot = slots[connection.beatSlot] ?? [];
      const last = slot.pop();
      if (last === undefined || last === connection) return;
      slot[connection.beatPlace] = last;
      last.beatPlace = connection.beatPlace;
    },
    all: () => slots.flat(),
    stop: () => clearInterval(timer),
  };
}
