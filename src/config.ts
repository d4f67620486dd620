import { resolve } from 'node:path';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

const flag = z
  .enum(['true', 'false', '1', '0'])
  .default('false')
  .transform((text) => text === 'true' || text === '1');

const count = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

const origin = z.string().refine((text) => {
  try {
    return new URL(text).origin === text;
  } catch {
    return false;
  }
}, 'must be an origin such as https://news.example, without a path');

/** An http or https origin; the slash that browsers show after it does no harm. */
const ownOrigin = z.string().transform((text, context) => {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.href === `${url?.origin}/`) return url.origin;
  context.addIssue({
    code: 'custom',
    message: 'must be an origin such as https://alerts.news.example, without a path, a query or credentials',
  });
  return z.NEVER;
});

/** As Express takes it (`trust proxy`), which looks only when it is built, and then throws. */
const trustProxy = z.string().transform((text, context) => {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d+$/.test(text)) return Number(text);
  try {
    const trusted = text.split(',').map((item) => item.trim());
    proxyAddress.compile(trusted);
    return trusted;
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be a number of proxies, or addresses and networks with commas between',
    });
    return z.NEVER;
  }
});

const environment = z.object({
  PORT: count(3000, 0, 65_535),
  PUBLIC_URL: ownOrigin.optional(),
  REDIS_URL: z
    .string()
    .regex(
      /^(rediss?(-cluster)?:\/\/|unix:\/\/\/|\/)/,
      'must start with redis://, rediss://, redis-cluster://, rediss-cluster:// or unix:///',
    )
    .optional(),
  DATA_DIR: z.string().default('./data'),
  ADMIN_KEY: z.string().min(22, 'must hold at least 128 random bits (22 characters)').optional(),
  VAPID_SUBJECT: z
    .string()
    .regex(
      /^(mailto:[^\s<>]+@[^\s<>]+|https:\/\/[^\s<>]+)$/,
      'must be mailto: or https:, without spaces or brackets',
    )
    .default('mailto:alerts@ajil.example'),
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  TRUST_PROXY: trustProxy.default(false),
  PUSH_ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  WORKER_PROCESSES: count(1, 1, 64),
  SERVER_PROCESSES: count(1, 1, 64),
  REQUIRE_APPROVAL: flag,
  LIVE_CONNECTIONS: count(0, 0, 1_000_000),
  LIVE_CONNECTIONS_PER_ADDRESS: count(2000, 1, 1_000_000),
  DRAIN_SECONDS: count(10, 0, 20),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** Everything that is set from outside, typed and frozen. Read once, by the entry points, and handed down. */
export interface Config {
  readonly port: number;
  /** Origin under which readers reach the pages, without a trailing slash. */
  readonly publicUrl: string;
  /** None: the embedded server in `dataDir`. */
  readonly redisUrl: string | undefined;
  /** Absolute path. */
  readonly dataDir: string;
  readonly adminKey: string | undefined;
  readonly vapid: {
    readonly subject: string;
    readonly publicKey: string | undefined;
    readonly privateKey: string | undefined;
  };
  readonly allowedOrigins: readonly string[];
  /** Express `trust proxy`: false trusts nobody. */
  readonly trustProxy: boolean | number | readonly string[];
  readonly pushAllowedOrigins: readonly string[];
  readonly workerProcesses: number;
  readonly serverProcesses: number;
  readonly requireApproval: boolean;
  /** Open connections that a server process holds at most; undefined: as many as it has file descriptors for. */
  readonly liveConnections: number | undefined;
  readonly liveConnectionsPerAddress: number;
  readonly drainSeconds: number;
  readonly logLevel: string;
}

/** Thrown by {@link loadConfig}: `message` lists every fault at once, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment (`.env.example` lists every name with its default).
 * @throws {ConfigError} naming every variable that is wrong, and what it should be
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  // Empty means none, as in .env.example.
  const given = Object.fromEntries(Object.entries(env).filter(([, text]) => text?.trim() !== ''));
  const parsed = environment.safeParse(given);
  const faults = parsed.error?.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`) ?? [];
  if ((given['VAPID_PUBLIC_KEY'] === undefined) !== (given['VAPID_PRIVATE_KEY'] === undefined)) {
    faults.push('  VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY: set both or neither');
  }
  if (!parsed.success || faults.length > 0) {
    throw new ConfigError(`The configuration has ${faults.length} fault(s):\n${faults.join('\n')}`);
  }
  const values = parsed.data;
  return Object.freeze({
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
    redisUrl: values.REDIS_URL,
    dataDir: resolve(values.DATA_DIR),
    adminKey: values.ADMIN_KEY,
    vapid: Object.freeze({
      subject: values.VAPID_SUBJECT,
      publicKey: values.VAPID_PUBLIC_KEY,
      privateKey: values.VAPID_PRIVATE_KEY,
    }),
    allowedOrigins: Object.freeze(values.ALLOWED_ORIGINS),
    trustProxy: values.TRUST_PROXY,
    pushAllowedOrigins: Object.freeze(values.PUSH_ALLOWED_ORIGINS),
    workerProcesses: values.WORKER_PROCESSES,
    serverProcesses: values.SERVER_PROCESSES,
    requireApproval: values.REQUIRE_APPROVAL,
    liveConnections: values.LIVE_CONNECTIONS === 0 ? undefined : values.LIVE_CONNECTIONS,
    liveConnectionsPerAddress: values.LIVE_CONNECTIONS_PER_ADDRESS,
    drainSeconds: values.DRAIN_SECONDS,
    logLevel: values.LOG_LEVEL,
  });
}
