import { loadConfig, type Config } from '../config.ts';
import { AuditKeyError, loadAuditKey } from '../editors/audit-key.ts';
import { createAuditLog, type AuditLog } from '../editors/audit.ts';
import { createEditorStore, type EditorStore } from '../editors/store.ts';
import { createLogger } from '../ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { CliError, EXIT } from './exit.ts';
import { embeddedRedisAt } from '../machine/embedded-redis.ts';

export interface Services {
  readonly config: Config;
  readonly redis: Redis;
  readonly editors: EditorStore;
  readonly audit: AuditLog;
}

/** Opens what a command needs, by the same configuration as the servers, and closes it whatever happens. */
export async function withServices(run: (services: Services) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env);
  const url = config.redisUrl ?? embeddedRedisAt(config.dataDir).url;
  const redis = connectRedis(url, 'command', createLogger({ level: 'silent', role: 'cli' }));
  try {
    await waitUntilReady(redis, 3000).catch(() => {
      throw new CliError(
        config.redisUrl === undefined
          ? `No embedded Redis is running in ${config.dataDir}: start Ajil first (npm start), or set DATA_DIR or REDIS_URL to the values that Ajil uses.`
          : 'Redis does not answer: check that REDIS_URL is right and that Redis is running.',
        EXIT.redisAway,
      );
    });
    const now = Date.now;
    const key = await openAuditKey({
      dataDir: config.dataDir,
      vapidPrivateKey: config.vapid.privateKey,
      mayCreate: (await redis.exists(keys.audit)) === 0,
    });
    const audit = createAuditLog({ redis, now, key });
    await run({ config, redis, audit, editors: createEditorStore({ redis, now, audit }) });
  } finally {
    await closeRedis(redis);
  }
}

/** @throws {CliError} when there is no usable key */
export const openAuditKey = (source: Parameters<typeof loadAuditKey>[0]): Promise<Buffer> =>
  loadAuditKey(source).catch((error: unknown) => {
    throw error instanceof AuditKeyError ? new CliError(error.message, EXIT.usage) : error;
  });
