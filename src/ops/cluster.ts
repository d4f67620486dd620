import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from './logger.ts';
import { asRunning, EXIT_CONFIG, readRoleMessage, tellSupervisor, UNFIT_REASON } from './role-process.ts';
import { createShutdown, shutdownOnSignals } from './shutdown.ts';
import { supervise } from './supervisor.ts';

/** Longest time for a worker to end: its shutdown exits by itself after 30 s. */
const STOP_DEADLINE_MS = 32_000;

/**
 * Runs a role in `count` processes that share their ports (node:cluster). The first process then only starts the others,
 * restarts those that die, passes their messages to the supervisor, and stops them when it is stopped. With `count` 1 the
 * role runs in this process. Call it once, at the top of an entry point.
 * @param startWorker resolves when the role works, and handles its signals. `group` names the processes that stop together
 */
export async function runClustered(options: {
  count: number;
  logger: Logger;
  startWorker: (group: string) => Promise<void>;
  /** What the environment of the process with this number has in addition to ours. */
  envOf?: (index: number) => Record<string, string>;
}): Promise<void> {
  const { count, logger } = options;
  const group = groupOf(cluster.isWorker ? process.ppid : process.pid);
  if (count === 1 || cluster.isWorker) return options.startWorker(group);
  const shutdown = createShutdown(logger, STOP_DEADLINE_MS + 1000);
  shutdownOnSignals(shutdown);
  const told = new Set<string>();
  cluster.on('message', (_worker, received: unknown) => {
    const message = readRoleMessage(received);
    // Every worker says that it is ready, but the supervisor needs to hear it once.
    if (message === undefined || message.type === 'alive' || told.has(message.type)) return;
    told.add(message.type);
    tellSupervisor(message);
  });
  const workers = Array.from({ length: count }, (_, index) =>
    supervise({
      name: `server process ${index + 1}`,
      logger,
      start: async () => asRunning(cluster.fork(options.envOf?.(index)).process, STOP_DEADLINE_MS),
      final: {
        reason: UNFIT_REASON,
        onEnd: () => void shutdown.run('a server process cannot run').then(() => process.exit(EXIT_CONFIG)),
      },
    }),
  );
  shutdown.add('server processes', async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  });
}

/** The processes of one parent share it. Another machine has another. */
function groupOf(parent: number): string {
  return createHash('sha256').update(`${hostname()}:${parent}`).digest('hex').slice(0, 8);
}
