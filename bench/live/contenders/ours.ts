import { createLiveLog } from '../../../src/live/log/log.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis } from '../../../src/redis/connect.ts';
import { startTestRedis } from '../../../tests/support/redis.ts';
import { benchAlert } from '../alert.ts';
import type { Contender, RunningContender } from '../contender.ts';
import { startNodeContender } from './node-process.ts';

/** Where a GRIP proxy looks for the gateway, and takes publications. */
export interface BehindProxy {
  readonly port: number;
  readonly gripUrl: string;
  readonly gripKey: string;
}

/** The gateway and a Redis of its own, where the alerts are appended as the fan-out worker does it. */
export async function startOurs(core: number | undefined, behind?: BehindProxy): Promise<RunningContender> {
  const redis = await startTestRedis();
  const writer = connectRedis(redis.url, 'worker', createLogger({ level: 'warn', role: 'bench' }));
  const log = createLiveLog(writer);
  const args = behind === undefined ? [] : [String(behind.port), behind.gripUrl, behind.gripKey];
  const file = new URL('ours-server.ts', import.meta.url);
  const server = await startNodeContender(file, core, [redis.url, ...args]);
  return {
    ...server,
    publish: async (seq) => void (await log.append(benchAlert(seq, Date.now()))),
    stop: async () => {
      await server.stop();
      await closeRedis(writer);
      await redis.stop();
    },
  };
}

export function ours(): Contender {
  return {
    name: 'ours',
    label: 'ours',
    path: '/v1/live?topics=world&lang=ar',
    protocol: 'plain',
    greetings: 1,
    start: (core) => startOurs(core),
  };
}
