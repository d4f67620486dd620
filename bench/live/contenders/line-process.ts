import { once } from 'node:events';
import type { RunningContender } from '../contender.ts';
import { benchMessage } from '../alert.ts';
import { spawnOn, stopProcess } from '../processes.ts';

/** Starts a contender that prints its port, and sends each line of its standard input to every connection. */
export async function startLineContender(
  program: string,
  core: number | undefined,
): Promise<RunningContender> {
  const child = spawnOn(core, [program], ['pipe', 'pipe', 'inherit']);
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error(`${program} has no pipes`);
  const [port] = (await once(stdout, 'data')) as [Buffer];
  return {
    port: Number(port.toString()),
    pids: [child.pid ?? -1],
    publish: async (seq) => void stdin.write(`${benchMessage(seq, Date.now())}\n`),
    settle: async () => undefined,
    stop: () => stopProcess(child),
  };
}
