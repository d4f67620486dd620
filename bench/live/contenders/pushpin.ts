import { spawnSync } from 'node:child_process';
import { childrenOf } from '../../../tests/support/machine.ts';
import { freePorts } from '../../../tests/support/free-ports.ts';
import { hasPushpin, startPushpin } from '../../../tests/support/pushpin.ts';
import type { Contender, Skipped } from '../contender.ts';
import { startOurs } from './ours.ts';

const KEY = 'a-key-that-only-we-and-our-proxy-know';

/** Our gateway, whose lines a Pushpin holds as event streams. Both are measured together. */
export function pushpin(connections: number): Contender | Skipped {
  if (!hasPushpin()) return { skipped: 'ours behind Pushpin: not here (Debian: apt-get install pushpin)' };
  const version = /\d\S*/.exec(spawnSync('pushpin', ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? '';
  return {
    name: 'pushpin',
    label: `ours behind Pushpin ${version}, SSE`,
    path: '/v1/live?topics=world&lang=ar',
    protocol: 'sse',
    greetings: 1,
    start: async (core) => {
      const [port = 0] = await freePorts(1);
      const proxy = await startPushpin({ origins: [port], key: KEY, maxConnections: connections, core });
      const server = await startOurs(core, { port, gripUrl: proxy.publishUrl, gripKey: KEY });
      return {
        ...server,
        port: proxy.port,
        pids: [...server.pids, proxy.pid, ...childrenOf(proxy.pid)],
        stop: async () => {
          await server.stop();
          await proxy.stop();
        },
      };
    },
  };
}
