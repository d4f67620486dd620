import type { Logger } from './logger.ts';

export interface Shutdown {
  /**
   * Registers how to close a part that was just opened. Parts are closed in reverse order.
   * @param withinMs if the part has not closed by then, the next one is closed all the same: a part that hangs must not take the
   *   time of those that still have something to write down
   */
  add(name: string, close: () => Promise<void> | void, withinMs?: number): void;
  /** Closes everything once. Further calls wait for the first. It never rejects: it logs a fault and closes the rest. */
  run(reason: string): Promise<void>;
}

/**
 * Collects what a process has opened, and closes it in reverse.
 * @param deadlineMs after this time the process exits with status 1, even if something still hangs
 */
export function createShutdown(logger: Logger, deadlineMs = 30_000): Shutdown {
  const opened: Part[] = [];
  let running: Promise<void> | undefined;

  async function closeAll(reason: string): Promise<void> {
    logger.info({ reason }, 'shutting down');
    const deadline = setTimeout(() => {
      logger.error(
        { deadlineMs, waitingFor: opened.map((item) => item.name) },
        'shutdown took too long; exiting',
      );
      process.exit(1);
    }, deadlineMs);
    deadline.unref();
    while (opened.length > 0) {
      const item = opened.at(-1);
      try {
        if (item !== undefined) await closePart(item);
      } catch (error) {
        logger.error({ err: error, part: item?.name }, 'a part did not close cleanly');
      }
      opened.pop();
    }
    clearTimeout(deadline);
    logger.info('stopped');
  }

  return {
    add: (name, close, withinMs) => {
      opened.push({ name, close, withinMs });
    },
    run: (reason) => (running ??= closeAll(reason)),
  };
}

interface Part {
  readonly name: string;
  readonly close: () => Promise<void> | void;
  readonly withinMs: number | undefined;
}

async function closePart({ close, withinMs }: Part): Promise<void> {
  if (withinMs === undefined) return close();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not close within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([close(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * SIGTERM, SIGINT, SIGHUP (the terminal was closed) and the loss of the supervising parent run the shutdown and end the
 * process.
 */
export function shutdownOnSignals(shutdown: Shutdown): void {
  const stop = (reason: string): void => {
    void shutdown.run(reason).then(() => process.exit(0));
  };
  // Not `once`: a log that cannot be written sends a further SIGTERM, perhaps during a shutdown.
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  process.once('SIGHUP', () => stop('SIGHUP'));
  // Undefined without a supervisor (its type does not say so), and false if the supervisor ended before this line.
  const connected = process.connected as boolean | undefined;
  if (connected === false) stop('the supervisor is gone');
  else process.once('disconnect', () => stop('the supervisor is gone'));
}
