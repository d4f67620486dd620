import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Shutdown } from '../ops/shutdown.ts';
import { closeRedis, connectRedis } from './connect.ts';
import type { DurabilityWanted } from './requirements.ts';
import { createReplication, LOCAL, type Durability } from './durability.ts';

/** What `DURABILITY` asks for. @param deps.url of Redis */
export function openDurability(deps: {
  config: { readonly durability: DurabilityWanted };
  url: string;
  metrics: Metrics;
  logger: Logger;
  shutdown: Pick<Shutdown, 'add'>;
}): Durability {
  if (deps.config.durability === 'local') return LOCAL;
  const redis = connectRedis(deps.url, 'command', deps.logger);
  deps.shutdown.add('connection that waits for replicas', () => closeRedis(redis));
  return createReplication({ ...deps, redis });
}
