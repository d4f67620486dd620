import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createSubscriptionStore } from '../audience/subscriptions.ts';
import { createTopicStore } from '../audience/topics.ts';
import { openAddresses } from '../channels/addresses.ts';
import { openTestDevices } from '../delivery/test-send/devices.ts';
import type { Config } from '../config.ts';
import { loadAuditKey } from '../editors/audit-key.ts';
import { createAuditLog } from '../editors/audit.ts';
import { embeddedRedisAt, startEmbeddedRedis, type EmbeddedRedis } from '../machine/embedded-redis.ts';
import { findRedisServer } from '../machine/server-binary.ts';
import { furnishDrill } from '../newsroom/drill.ts';
import { createSettings } from '../newsroom/settings.ts';
import { createLogger } from '../ops/logger.ts';
import { PROJECT } from '../ops/project.ts';
import { forkRole } from '../ops/role-process.ts';
import type { VapidKeys } from '../push/vapid/parse-vapid-keys.ts';
import { loadVapidKeys } from '../push/vapid/vapid-keys.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../redis/connect.ts';
import { CliError, EXIT, print } from './exit.ts';
import { withServices, type Services } from './services.ts';

type Env = Record<string, string | undefined>;
interface Options {
  readonly port?: number;
  readonly url?: string;
}

/** Longer than the roles take to stop (src/main.ts), ms. */
const STOP_MS = 85_000;

const EXPLAINED = `
A drill is a second Ajil beside the running one, with the same editors, keys, topics and rules. Its only readers are the
editors' test devices, and every notification, page and desk says that it is a drill. Nothing in it can reach a reader: the
readers are not in it. It ends with Ctrl-C, and nothing of it stays.`;

export function drillCommand(): Command {
  return new Command('drill')
    .description('practise with the whole desk: alerts reach the test devices alone')
    .option('--port <port>', 'where the drill listens (default: the port after that of Ajil)', portOf)
    .option('--url <origin>', 'how editors reach it (default: http://localhost:<port>)')
    .addHelpText('after', EXPLAINED)
    .action(runDrill);
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('It must be a port from 1 to 65535.');
}

function runDrill(options: Options): Promise<void> {
  return withServices(async (services) => {
    const { config } = services;
    const vapid = await loadVapidKeys({ dataDir: config.dataDir, ...config.vapid });
    const dataDir = join(config.dataDir, 'drill');
    const redis = await openRedis(dataDir);
    try {
      const devices = await withRedis(redis.url, (to) => furnish(services, vapid, to));
      const env = environment(config, vapid, { dataDir, redisUrl: redis.url }, options);
      print(`A drill at ${env['PUBLIC_URL']}/desk, for ${devices} test device(s). Ctrl-C ends it.`);
      await runUntilStopped(env);
    } finally {
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
}

async function runUntilStopped(env: Env): Promise<void> {
  const main = join(PROJECT, 'dist/src/main.js');
  const drill = forkRole({ file: main, env, stopDeadlineMs: STOP_MS, onMessage: () => undefined });
  const stop = (): void => void drill.stop();
  process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);
  const reason = await drill.ended;
  if (reason !== 'exit code 0') throw new CliError(`The drill ended (${reason}): its log above says why.`);
}

/** An empty Redis of the drill's own, which ends with this process. */
async function openRedis(dataDir: string): Promise<EmbeddedRedis> {
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT);
  if (binary === undefined) throw new CliError('There is no Redis to run: run `npm run setup`.', EXIT.usage);
  const redis = await startEmbeddedRedis({ binary, dir: embeddedRedisAt(dataDir).dir });
  // A drill that was ended without warning has left its data.
  await withRedis(redis.url, (empty) => empty.flushall());
  return redis;
}

async function furnish({ config, ...from }: Services, vapid: VapidKeys, to: Redis): Promise<number> {
  const { requireApproval } = config;
  const now = Date.now;
  const addresses = openAddresses({ config, vapidKeyId: vapid.keyId });
  // As the drill's server has it.
  const key = await loadAuditKey({ dataDir: '', vapidPrivateKey: vapid.privateKey, mayCreate: true });
  const audit = createAuditLog({ redis: to, now, key });
  return furnishDrill(
    {
      redis: from.redis,
      topics: createTopicStore(from.redis),
      settings: createSettings({ ...from, requireApproval }),
      editors: from.editors,
      devices: openTestDevices({ redis: from.redis, addresses, now }),
    },
    {
      redis: to,
      topics: createTopicStore(to),
      settings: createSettings({ redis: to, audit, requireApproval }),
      subscriptions: createSubscriptionStore({ redis: to, addresses, now }),
    },
  );
}

/** The drill's processes have the variables of this one, changed by these. Undefined: without it. */
function environment(
  config: Config,
  vapid: VapidKeys,
  own: { readonly dataDir: string; readonly redisUrl: string },
  { port = config.port + 1, url = `http://localhost:${port}` }: Options,
): Env {
  return {
    DRILL: 'true',
    DATA_DIR: own.dataDir,
    REDIS_URL: own.redisUrl,
    PORT: String(port),
    PUBLIC_URL: url,
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    CANARY_SECONDS: '0',
    SERVER_PROCESSES: '1',
    WORKER_PROCESSES: '1',
    ADMIN_KEY: undefined,
    METRICS_PORT: undefined,
    ALLOWED_ORIGINS: undefined,
  };
}

async function withRedis<T>(url: string, run: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = connectRedis(url, 'command', createLogger({ level: 'silent', role: 'cli' }));
  try {
    await waitUntilReady(redis, 5000);
    return await run(redis);
  } finally {
    await closeRedis(redis);
  }
}
