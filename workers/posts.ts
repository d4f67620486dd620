import type { AlertStore } from '../src/alerts/store.ts';
import type { Config } from '../src/config.ts';
import { readHash } from '../src/editors/audited-hash.ts';
import type { Logger } from '../src/ops/logger.ts';
import { knownOutletSchema } from '../src/outlets/posts/outlet.ts';
import { createPausedOutlets } from '../src/outlets/posts/paused.ts';
import { createPosts } from '../src/outlets/posts/posts.ts';
import { createServices } from '../src/outlets/posts/services.ts';
import { createTrailStore } from '../src/outlets/posts/trail.ts';
import type { Teller } from '../src/outlets/teller.ts';
import type { Redis } from '../src/redis/connect.ts';
import { keys } from '../src/redis/keys.ts';

/** The teller that posts for the newsroom. */
export function openPosts(deps: {
  readonly redis: Redis;
  readonly alerts: AlertStore;
  readonly config: Pick<Config, 'publicUrl' | 'isDrill' | 'webhookAllowedOrigins'>;
  readonly logger: Logger;
  readonly now: () => number;
}): Teller {
  const { redis, now } = deps;
  const { publicUrl, isDrill, webhookAllowedOrigins: allowedOrigins } = deps.config;
  return createPosts({
    ...deps,
    outlets: readHash({ redis, key: keys.outlets, schema: knownOutletSchema }),
    paused: createPausedOutlets(redis),
    trails: createTrailStore(redis),
    serviceOf: createServices({ allowedOrigins, now }),
    publicUrl,
    isDrill,
  });
}
