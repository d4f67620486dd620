import { once } from 'node:events';
import { benchMessage } from '../alert.ts';
import { compile } from '../compile.ts';
import type { Contender, Skipped } from '../contender.ts';
import { spawnOn, stopProcess } from '../processes.ts';

/** The lower bound: a minimal server in C. */
export function epoll(): Contender | Skipped {
  const program = compile(new URL('epoll-server.c', import.meta.url));
  if (program === undefined) return { skipped: 'the server in C: no compiler (cc) here' };
  return {
    name: 'c',
    label: 'minimal epoll server in C',
    path: '/',
    protocol: 'plain',
    greetings: 0,
    start: async (core) => {
      const child = spawnOn(core, [program], ['pipe', 'pipe', 'inherit']);
      const { stdin, stdout } = child;
      if (stdin === null || stdout === null) throw new Error('the server in C has no pipes');
      const [port] = (await once(stdout, 'data')) as [Buffer];
      return {
        port: Number(port.toString()),
        pids: [child.pid ?? -1],
        publish: async (seq) => void stdin.write(`${benchMessage(seq, Date.now())}\n`),
        settle: async () => undefined,
        stop: () => stopProcess(child),
      };
    },
  };
}
