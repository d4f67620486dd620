import type { Logger } from './logger.ts';

/** A process, or anything else that runs until it ends. */
export interface Running {
  readonly pid: number;
  /** Resolves with a reason when it has ended, wanted or not. */
  readonly ended: Promise<string>;
  /** Asks it to end, forces it if it does not, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** What of the world a supervisor needs; a test hands in its own. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Runs `task` once after `ms`. @returns what calls it off */
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
/** What has run for this long is well: the next death counts as its first. */
const STABLE_MS = 60_000;

/**
 * How long to wait before a restart: doubling from 200 ms to 30 s, of which half is random, so that parts that died
 * together do not come back together.
 * @param deaths in a row, 1 for the first
 * @param random in [0, 1)
 */
export function restartDelayMs(deaths: number, random: number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(deaths - 1, 20));
  return full * (0.5 + random / 2);
}

export interface Supervised {
  /** Of the one that runs now; undefined between two. */
  readonly pid: number | undefined;
  /** How often it was started again. */
  readonly restarts: number;
  /** Ends it for good, also when it is just waiting for its next start. */
  stop(): Promise<void>;
}

/**
 * Keeps one part running: starts it, and starts it again whenever it ends or could not start.
 * @param deps.name for the log: `server`, `workers 1`, `redis`
 * @param deps.start a rejection counts as a death
 */
export function supervise(deps: {
  name: string;
  start: () => Promise<Running>;
  logger: Logger;
  clock?: Clock;
  random?: () => number;
  /** Called, and nothing is started again, when the part ends with this reason. */
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
