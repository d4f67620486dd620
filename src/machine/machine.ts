import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { metricsPortOf, type Config } from '../config.ts';
import type { Logger } from '../ops/logger.ts';
import { forkRole, UNFIT_REASON, type RoleMessage } from '../ops/role-process.ts';
import { UnfitError } from '../ops/unfit.ts';
import type { Shutdown } from '../ops/shutdown.ts';
import { supervise, type Running, type Supervised } from '../ops/supervisor.ts';
import { embeddedRedisAt, startEmbeddedRedis } from './embedded-redis.ts';
import { findRedisServer } from './server-binary.ts';

/**
 * Messages under way live longer than a small young generation of V8 does: copying them takes a tenth of a worker's time.
 * The operator's own units and manifests have the same flag.
 */
const WORKER_FLAGS = ['--max-semi-space-size=48'];

/** A role's shutdown exits by itself after 30 s. This is for a role that cannot even do that. */
const ROLE_STOP_DEADLINE_MS = 33_000;

export interface Machine {
  /** Resolves once the server takes alerts, with the port that it listens on. */
  readonly ready: Promise<number>;
  /** Each supervised part by name, for status and tests. */
  readonly parts: ReadonlyMap<string, Supervised>;
}

/**
 * Runs all of Ajil on this machine: the embedded Redis if no other is configured, the server and the workers. Each part that
 * ends is started again. `shutdown` stops the server, then the workers, then Redis.
 * @param deps.roles the roles' entry points
 * @param deps.projectDir the folder with `.cache/redis`
 * @param deps.socket the server's listening socket, if systemd keeps it
 * @param deps.onAdminKey called once, at the first start of a `DATA_DIR`
 * @throws if there is no Redis to run, or if the first start of the embedded Redis fails
 */
export async function runMachine(deps: {
  config: Config;
  roles: { server: string; workers: string };
  projectDir: string;
  path: string;
  socket?: number | undefined;
  logger: Logger;
  shutdown: Shutdown;
  onAdminKey: (key: string) => void;
  /** A role ended with status 78: it cannot run with this configuration. */
  onUnfit: () => void;
}): Promise<Machine> {
  const { config, logger, shutdown } = deps;
  const parts = new Map<string, Supervised>();
  const redisUrl = config.redisUrl ?? (await superviseRedis(deps, parts));
  const env = { REDIS_URL: redisUrl };
  const stopDeadlineMs = ROLE_STOP_DEADLINE_MS;
  let onListening: (port: number) => void;
  const listening = new Promise<number>((done) => (onListening = done));
  // The workers say that they are ready as well, but only the server's word counts.
  const onServerMessage = (told: RoleMessage): void => {
    if (told.type === 'ready') onListening(told.port ?? config.port);
    else if (told.type === 'admin-key') deps.onAdminKey(told.key);
  };

  const run = (
    name: string,
    {
      own,
      ...role
    }: Pick<Parameters<typeof forkRole>[0], 'file' | 'flags' | 'onMessage' | 'socket'> & {
      own: Record<string, string | undefined>;
    },
  ): Supervised => {
    const start = async (): Promise<Running> =>
      forkRole({ ...role, env: { ...env, ...own }, stopDeadlineMs });
    const final = { reason: UNFIT_REASON, onEnd: deps.onUnfit };
    const part = supervise({ name, start, logger, final });
    parts.set(name, part);
    return part;
  };
  const workers = Array.from({ length: config.workerProcesses }, (_, index) =>
    run(`workers ${index + 1}`, {
      file: deps.roles.workers,
      flags: WORKER_FLAGS,
      // Workers talk to strangers' servers and do not need the admin key.
      own: { ADMIN_KEY: undefined, ...metricsPortOf(config, config.serverProcesses + index) },
      onMessage: () => undefined,
    }),
  );
  shutdown.add('workers', async () => {
    await Promise.all(workers.map((part) => part.stop()));
  });
  const server = run('server', {
    file: deps.roles.server,
    own: {},
    onMessage: onServerMessage,
    socket: deps.socket,
  });
  shutdown.add('server', () => server.stop());
  return { parts, ready: listening.then((port) => untilReady(config, port, logger)) };
}

/** @returns the embedded server's URL once it answers */
async function superviseRedis(
  deps: { config: Config; projectDir: string; path: string; logger: Logger; shutdown: Shutdown },
  parts: Map<string, Supervised>,
): Promise<string> {
  const { logger } = deps;
  const binary = findRedisServer(deps.path, deps.projectDir);
  if (binary === undefined) {
    throw new UnfitError(
      'Redis 6.2 or later is missing: run `npm run setup`, install redis-server, or set REDIS_URL',
    );
  }
  await mkdir(deps.config.dataDir, { recursive: true, mode: 0o700 });
  const { dir } = embeddedRedisAt(deps.config.dataDir);
  const redisLog = logger.child({ part: 'redis' });
  // Redis marks greetings and farewells as warnings as well, so only lines that speak of trouble become warnings here.
  // Memory overcommit matters only to a server that forks a snapshot of gigabytes; docs/operations.md covers it.
  const log = (line: string): void => {
    const trouble = / # .*(warning|error|fail|can't|unable|corrupt|denied|abort|crash|short)/i;
    if (trouble.test(line) && !line.includes('overcommit')) redisLog.warn(line);
    else redisLog.debug(line);
  };
  const start = () => startEmbeddedRedis({ binary, dir, log });
  // The first start is not repeated, so that the operator sees what is wrong (a damaged file, a second Ajil).
  const first = await start();
  let next: typeof first | undefined = first;
  const redis = supervise({
    name: 'redis',
    logger,
    start: async () => {
      const running = next ?? (await start());
      next = undefined;
      return running;
    },
  });
  parts.set('redis', redis);
  deps.shutdown.add('redis', () => redis.stop());
  return first.url;
}

const isUnspecified = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** Asks `/readyz` until it says yes. Every half a minute the log tells why it does not. @returns the port */
async function untilReady(config: Config, port: number, logger: Logger): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askReady(config.bind, port);
    if (answer === 'ready') return port;
    if (attempt % 120 === 0) logger.warn({ answer, port }, 'still not ready to take alerts');
    await sleep(250, undefined, { ref: false });
  }
}

async function askReady(bind: string | undefined, port: number): Promise<string> {
  // The server need not listen on the loopback address.
  const host =
    bind === undefined || isUnspecified(bind) ? '127.0.0.1' : bind.includes(':') ? `[${bind}]` : bind;
  try {
    const response = await fetch(`http://${host}:${port}/readyz`, { signal: AbortSignal.timeout(2000) });
    return response.ok ? 'ready' : (await response.text()).slice(0, 500);
  } catch (error) {
    return String(error);
  }
}
