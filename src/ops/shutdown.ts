import type { Logger } from './logger.ts';

export interface Shutdown {
  /** Registers what releases a thing that was just opened. Released in reverse order. */
  add(name: string, close: () => Promise<void> | void): void;
  /** Releases everything once; further calls wait for the first. Never rejects: a fault is logged and the rest goes on. */
  run(reason: string): Promise<void>;
}

/**
 * Collects what a process has opened and closes it in reverse.
 * @param deadlineMs after this long the process exits with status 1, whatever still hangs
 */
export function createShutdown(logger: Logger, deadlineMs = 30_000): Shutdown {
  const opened: { name: string; close: () => Promise<void> | void }[] = [];
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
        await item?.close();
      } catch (error) {
        logger.error({ err: error, part: item?.name }, 'a part did not close cleanly');
      }
      opened.pop();
    }
    clearTimeout(deadline);
    logger.info('stopped');
  }

  return {
    add: (name, close) => {
      opened.push({ name, close });
    },
    run: (reason) => (running ??= closeAll(reason)),
  };
}

/** SIGTERM, SIGINT and SIGHUP (the terminal was closed) run the shutdown and end the process; so does the loss of the supervising parent. */
export function shutdownOnSignals(shutdown: Shutdown): void {
  const stop = (reason: string): void => {
    void shutdown.run(reason).then(() => process.exit(0));
  };
  // Again and again: a log that cannot be written sends one of its own, maybe while another is being followed.
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  process.once('SIGHUP', () => stop('SIGHUP'));
  // Undefined without a supervisor (its type does not say so); false when it was gone before anybody listened.
  const connected = process.connected as boolean | undefined;
  if (connected === false) stop('the supervisor is gone');
  else process.once('disconnect', () => stop('the supervisor is gone'));
}
