import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunningContender } from '../contender.ts';
import { benchMessage } from '../alert.ts';
import { spawnOn, stopProcess } from '../processes.ts';
import type { Order, Report } from './serve.ts';

/** Starts a contender that is written in Node, with the collector at hand; resolves when it listens. */
export async function startNodeContender(
  file: URL,
  core: number | undefined,
  args: readonly string[] = [],
): Promise<RunningContender> {
  const command = [process.execPath, '--expose-gc', ...process.execArgv, fileURLToPath(file), ...args];
  const child = spawnOn(core, command, ['ignore', 'inherit', 'inherit', 'ipc']);
  const ready = await heard(child, 'ready');
  const tell = (order: Order): void => void child.send(order);
  return {
    port: ready.port,
    pids: [child.pid ?? -1],
    publish: async (seq) => tell({ type: 'publish', text: benchMessage(seq, Date.now()) }),
    settle: async () => {
      const settled = heard(child, 'settled');
      tell({ type: 'settle' });
      await settled;
    },
    stop: () => stopProcess(child),
  };
}

function heard<T extends Report['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<Report, { type: T }>> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`a contender ended before it was ${type}`));
    child.once('exit', onExit);
    child.once('message', (message: Report) => {
      child.off('exit', onExit);
      resolve(message as Extract<Report, { type: T }>);
    });
  });
}
