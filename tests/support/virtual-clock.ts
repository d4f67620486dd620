/** A clock that runs only when told to, and the timers on it. */
export interface VirtualClock {
  now(): number;
  /** @returns cancels it */
  after(ms: number, run: () => void): () => void;
  /** Lets so much time pass: what is due runs, in order, and what that starts. */
  advance(ms: number): Promise<void>;
  /** So much time passes while the device sleeps: no timer counts it. */
  sleep(ms: number): void;
}

/** @param startMs since the epoch */
export function createVirtualClock(startMs: number): VirtualClock {
  let awakeMs = 0;
  let sleptMs = 0;
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();

  const nextDue = (untilMs: number) =>
    [...timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];

  return {
    now: () => startMs + awakeMs + sleptMs,
    after: (ms, run) => {
      const timer = { dueMs: awakeMs + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: async (ms) => {
      const untilMs = awakeMs + ms;
      await settle();
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        awakeMs = Math.max(awakeMs, timer.dueMs);
        timer.run();
        await settle();
      }
      awakeMs = untilMs;
    },
    sleep: (ms) => {
      sleptMs += ms;
    },
  };
}

/** Lets every promise that can be settled settle. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
