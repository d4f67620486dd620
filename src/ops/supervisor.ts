import type { Logger } from './logger.ts';

/** A process, or another part that runs until it ends. */
export interface Running {
  readonly pid: number;
  /** Resolves with a reason when the part has ended, whether or not it was stopped. */
  readonly ended: Promise<string>;
  /** Asks the part to end, forces it if needed, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** The clock and timers of a supervisor. Tests bring their own. */
export interface Clock {
  /** Monotonic, ms. */
  now(): number;
  /** Runs `task` once after `ms`. @returns cancels it */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;
/** After a part has run for so long, its next death counts as the first. */
const STABLE_MS = 60_000;

/**
 * The wait before a restart, ms: none after the first death, for readers and editors wait too; then it doubles from 200 ms to
 * 30 s. Half of it is random, so that parts that died together do not start together.
 * @param deaths in a row, 1 for the first
 * @param random in [0, 1)
 */
export function restartDelayMs(deaths: number, random: number): number {
  if (deaths <= 1) return 0;
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(deaths - 2, 20));
  return full * (0.5 + random / 2);
}

export interface Supervised {
  /** Of the running process; undefined between two. */
  readonly pid: number | undefined;
  /** How often the part was started again. */
  readonly restarts: number;
  /** Ends the part for good, even while it waits for its next start. */
  stop(): Promise<void>;
}

/**
 * Keeps one part running:
 *
 *     starting ─ started ───────────────────────────────────► running
 *     starting, running ─ it ended, or could not start ─────► waiting (0 to 30 s)
 *     starting, running ─ it ended with the final reason ───► given up, and `final.onEnd` is called
 *     waiting ── the time is over ──────────────────────────► starting
 *     any ────── stop ──────────────────────────────────────► stopped, once a running part has ended
 *
 * Nothing leads out of the last two states.
 * @param deps.name for the log: `server`, `workers 1`, `redis`
 * @param deps.start a rejection counts as a death
 */
export function supervise(deps: {
  name: string;
  start: () => Promise<Running>;
  logger: Logger;
  clock?: Clock;
  random?: () => number;
  /** If the part ends with this reason, `onEnd` is called and nothing is started again. */
  final?: { readonly reason: string; readonly onEnd: () => void };
}): Supervised {
  const { name, logger, clock = systemClock, random = Math.random } = deps;
  let current: Running | undefined;
  let starting: Promise<void> | undefined;
  let callOff: (() => void) | undefined;
  let stopping = false;
  let deaths = 0;
  let restarts = 0;

  async function run(): Promise<void> {
    const startedAt = clock.now();
    try {
      const running = await deps.start();
      current = running;
      logger.info({ part: name, childPid: running.pid }, `${name} started`);
      void running.ended.then((reason) => onDeath(reason, clock.now() - startedAt));
    } catch (error) {
      onDeath(error instanceof Error ? error.message : String(error), clock.now() - startedAt);
    }
  }

  function onDeath(reason: string, ranMs: number): void {
    current = undefined;
    if (stopping) {
      logger.info({ part: name, reason }, `${name} stopped`);
      return;
    }
    if (reason === deps.final?.reason) {
      logger.fatal(
        { part: name, reason },
        `${name} cannot run with this configuration; a restart does not help`,
      );
      deps.final.onEnd();
      return;
    }
    deaths = ranMs >= STABLE_MS ? 1 : deaths + 1;
    const delayMs = Math.round(restartDelayMs(deaths, random()));
    logger.error(
      { part: name, reason, ranMs: Math.round(ranMs), deathsInARow: deaths, delayMs },
      `${name} ended; restarting it`,
    );
    callOff = clock.after(delayMs, () => {
      restarts += 1;
      starting = run();
    });
  }

  starting = run();
  return {
    get pid() {
      return current?.pid;
    },
    get restarts() {
      return restarts;
    },
    stop: async () => {
      stopping = true;
      callOff?.();
      await starting;
      await current?.stop();
    },
  };
}
