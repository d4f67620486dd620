import type { Rank } from './types.ts';

/**
 * Most messages that the sender holds, waiting or in flight. Payloads of 2.6 kB then take about 100 MB, and each body in
 * flight (1,000 a lane at most) 2.8 kB more. A caller that gives less at a time bounds it further.
 * A lane that holds fewer than {@link ALWAYS_HELD} may always add one, so that others cannot crowd it out.
 */
const MAX_HELD = 32_768;
const ALWAYS_HELD = 256;
/** Most messages to unproven subscriptions that the sender holds for all origins together. */
const MAX_UNPROVEN_HELD = 8192;
/** Share of {@link MAX_HELD} that each rank may fill, which leaves room for more urgent ranks. */
const HELD_SHARE: Readonly<Record<Rank, number>> = { 0: 1, 1: 1, 2: 0.75, 3: 0.75, 4: 0.5, 5: 0.5 };

interface Holder {
  readonly unproven: boolean;
  readonly inFlight: number;
  readonly waiting: number;
}

/** Bounds the messages that the sender holds. */
export interface HeldMessages {
  hasRoom(lane: Holder, rank: Rank): boolean;
  add(lane: Holder): void;
  remove(lane: Holder): void;
  /** Resolves when the sender holds nothing, at the latest after `deadlineMs`. */
  emptied(deadlineMs: number): Promise<void>;
}

export function createHeldMessages(): HeldMessages {
  let held = 0;
  let unproven = 0;
  let onEmpty: (() => void) | undefined;

  return {
    hasRoom(lane, rank) {
      if (lane.unproven && unproven >= MAX_UNPROVEN_HELD * HELD_SHARE[rank]) return false;
      return held < MAX_HELD * HELD_SHARE[rank] || lane.inFlight + lane.waiting < ALWAYS_HELD;
    },
    add(lane) {
      held++;
      if (lane.unproven) unproven++;
    },
    remove(lane) {
      held--;
      if (lane.unproven) unproven--;
      if (held === 0) onEmpty?.();
    },
    async emptied(deadlineMs) {
      if (held === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadlineMs);
        onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
