import { resolve } from 'node:path';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';
import { parseVapidKeys } from './push/vapid/parse-vapid-keys.ts';
import { clusterNodes, sentinelsOf } from './redis/cluster-url.ts';

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

/** A fault of a value, said so that the operator can mend it. */
const fault = (context: z.RefinementCtx, message: string): never => {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
};

/**
 * An origin as a browser sends it, from what people write: the slash that browsers show after it, capitals, a default port
 * and a Unicode host do no harm. Apps in a web view have schemes of their own: `capacitor://localhost`.
 */
const origin = z.string().transform((text, context) => {
  if (text.includes('*')) return fault(context, `${text}: wildcards are not supported; list each origin`);
  if (!/^[a-z][\w+.-]*:\/\//i.test(text))
    return fault(context, `${text}: must have a scheme, as in https://${text}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === '' || /^(file|data|blob|javascript):$/.test(url.protocol)) {
    return fault(context, `${text}: must be an origin such as https://news.example`);
  }
  if (url.username !== '' || url.password !== '' || !/^\/?$/.test(url.pathname) || /[?#]/.test(text)) {
    return fault(context, `${text}: must be an origin, without a path, a query or credentials`);
  }
  return `${url.protocol}//${url.host}`.toLowerCase();
});

/** The endpoint policy takes nothing but https: another origin would never match. */
const pushOrigin = origin.refine(
  (text) => text.startsWith('https://'),
  'must be https: push services offer nothing else',
);

const isLoopbackHost = (host: string): boolean =>
  /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** An http or https origin; http only where no network is between. */
const ownOrigin = z.string().transform((text, context) => {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.href !== `${url?.origin}/`) {
    return fault(
      context,
      'must be an origin such as https://alerts.news.example, without a path, a query or credentials',
    );
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return fault(
      context,
      'must be https: over http the session cookie has no protection and browsers offer no Web Push; use http only for localhost',
    );
  }
  return url.origin;
});

const redisUrl = z.string().transform((text, context) => {
  if (!/^(rediss?(-cluster|-sentinel)?:\/\/|unix:\/\/\/|\/)/.test(text)) {
    return fault(
      context,
      'must start with redis://, rediss://, redis-cluster://, rediss-cluster://, redis-sentinel://, rediss-sentinel:// or unix:///',
    );
  }
  if (/^(unix:\/\/)?\//.test(text)) return text;
  try {
    if (clusterNodes(text) === undefined && sentinelsOf(text) === undefined) readServer(text);
    return text;
  } catch (error) {
    // A message may hold the URL, and with it the password.
    const why = error instanceof PlainFault ? error.message : 'is not a valid URL';
    return fault(
      context,
      `${why}; in a user name or password, write # / ? @ : and % as %23 %2F %3F %40 %3A and %25`,
    );
  }
});

class PlainFault extends Error {}

/** @throws when ioredis could not use it */
function readServer(text: string): void {
  const url = new URL(text);
  if (url.hostname === '') throw new PlainFault('names no host');
  decodeURIComponent(url.username + url.password);
  if (!/^(\/\d*)?$/.test(url.pathname))
    throw new PlainFault('must end with the host, a port or a database number');
}

/** A key that was typed instead of drawn: a repetition, a row of the keyboard, one kind of character, words, a common password. */
function isGuessable(key: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(key)).length;
  const pieces = Array.from({ length: Math.max(0, key.length - 4) }, (_, at) => key.slice(at, at + 5));
  const codes = Buffer.from(key);
  const steps = codes.filter((code, at) => Math.abs(code - (codes[at - 1] ?? Infinity)) <= 1);
  return (
    kinds < 2 ||
    new Set(key).size < 8 ||
    pieces.length - new Set(pieces).size > key.length / 8 ||
    steps.length > key.length / 2 ||
    /^[a-z]+(?:[-_. ][a-z]+)+[-_. ]?\d*$/.test(key) ||
    /passw|change-?me|letmein|qwert|asdfg|welcome/i.test(key)
  );
}

const adminKey = z
  .string()
  .min(22, 'must hold at least 128 random bits (22 characters): openssl rand -base64 24')
  .refine((key) => !isGuessable(key), 'is guessable: use random characters, as from openssl rand -base64 24');

/** As Express takes it (`trust proxy`), which looks only when it is built, and then throws. */
const trustProxy = z.string().transform((text, context) => {
  if (text === 'false') return false;
  if (text === 'true') {
    return fault(
      context,
      'must not be true, because any client could then claim any address: set the number of proxies, or their networks',
    );
  }
  if (/^\d+$/.test(text)) return Number(text);
  try {
    const trusted = text.split(',').map((item) => item.trim());
    proxyAddress.compile(trusted);
    return trusted;
  } catch {
    return fault(context, 'must be a number of proxies, or addresses and networks separated by commas');
  }
});

/** Where a GRIP proxy takes publications; without TLS only on this machine or in a network of its own. */
const gripUrl = z.string().transform((text, context) => {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '') {
    return fault(
      context,
      `${text}: must be an address such as http://127.0.0.1:5561, without a query or credentials`,
    );
  }
  return url.href;
});

/** A run must end before the next begins. */
const canarySeconds = count(60, 0, 300).refine(
  (seconds) => seconds === 0 || seconds >= 5,
  'must be 0 (off) or at least 5',
);

const environment = z.object({
  PORT: count(3000, 0, 65_535),
  PUBLIC_URL: ownOrigin.optional(),
  BIND: z.union([z.ipv4(), z.ipv6()], 'must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::').optional(),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  REDIS_URL: redisUrl.optional(),
  DURABILITY: z.enum(['local', 'replicated']).default('local'),
  DATA_DIR: z.string().default('./data'),
  ADMIN_KEY: adminKey.optional(),
  VAPID_SUBJECT: z
    .string()
    .regex(
      /^(mailto:[^\s<>]+@[^\s<>]+|https:\/\/[^\s<>]+)$/,
      'must be mailto: or https:, without spaces or brackets',
    )
    // web-push signs for nothing else.
    .refine((text) => URL.canParse(text), 'must be a valid URL')
    .refine(
      (text) => !URL.canParse(text) || new URL(text).hostname !== 'localhost',
      'must not be localhost: Apple refuses it',
    )
    .default('mailto:alerts@ajil.example'),
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  TRUST_PROXY: trustProxy.default(false),
  PUSH_ALLOWED_ORIGINS: list.pipe(z.array(pushOrigin)),
  WEBHOOK_ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  WORKER_PROCESSES: count(1, 1, 64),
  ARMING: z.enum(['on', 'off']).default('on'),
  SERVER_PROCESSES: count(1, 1, 64),
  REQUIRE_APPROVAL: flag,
  CHECKS_FILE: z.string().optional(),
  LIVE_CONNECTIONS: count(0, 0, 1_000_000),
  LIVE_CONNECTIONS_PER_ADDRESS: count(2000, 1, 1_000_000),
  GRIP_URL: list.pipe(z.array(gripUrl)),
  GRIP_KEY: z.string().min(22, 'must hold at least 22 characters: openssl rand -base64 24').optional(),
  GRIP_TOKEN: z.string().optional(),
  DRAIN_SECONDS: count(10, 0, 20),
  CANARY_SECONDS: canarySeconds,
  DRILL: flag,
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be the URL of a collector, such as http://localhost:4318' })
    .optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** Everything that is set from outside, typed and frozen. Read once, by the entry points, and handed down. */
export interface Config {
  readonly port: number;
  /** Address to listen on; undefined: every one. */
  readonly bind: string | undefined;
  /** Of this process's own metrics; undefined: none. */
  readonly metricsPort: number | undefined;
  /** Origin under which readers reach the pages, without a trailing slash. */
  readonly publicUrl: string;
  /** None: the embedded server in `dataDir`. */
  readonly redisUrl: string | undefined;
  /** When an editor's write is acknowledged: once Redis has stored it, or once a replica has it too. */
  readonly durability: 'local' | 'replicated';
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
  readonly trustProxy: false | number | readonly string[];
  readonly pushAllowedOrigins: readonly string[];
  /** Receivers of webhooks and servers of outlets that may be private addresses, and without TLS. */
  readonly webhookAllowedOrigins: readonly string[];
  readonly workerProcesses: number;
  /** Keys of the next messages are made in idle time. */
  readonly arming: boolean;
  readonly serverProcesses: number;
  readonly requireApproval: boolean;
  /** Absolute path of the phrases that editors are asked about; undefined: those that come with Ajil. */
  readonly checksFile: string | undefined;
  /** Open connections that a server process holds at most; undefined: as many as it has file descriptors for. */
  readonly liveConnections: number | undefined;
  readonly liveConnectionsPerAddress: number;
  /** The proxies that hold readers' lines; undefined: there are none. */
  readonly grip:
    | { readonly urls: readonly string[]; readonly key: string; readonly token: string | undefined }
    | undefined;
  readonly drainSeconds: number;
  /** From one run of the canary to the next; 0: there is none. */
  readonly canarySeconds: number;
  /** This is a drill (`ajil drill`): everything that it sends says so. */
  readonly isDrill: boolean;
  /** Traces are sent to a collector of OpenTelemetry. */
  readonly tracing: boolean;
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
  } else if (given['VAPID_PUBLIC_KEY'] !== undefined) {
    faults.push(...vapidFaults(given['VAPID_PUBLIC_KEY'], given['VAPID_PRIVATE_KEY']));
  }
  if ((given['GRIP_URL'] === undefined) !== (given['GRIP_KEY'] === undefined)) {
    faults.push('  GRIP_URL, GRIP_KEY: set both or neither');
  }
  if (given['ECE_KEYLOG'] === '1') {
    faults.push('  ECE_KEYLOG: must not be 1: the keys and the text of every push message would be printed');
  }
  if (!parsed.success || faults.length > 0) {
    throw new ConfigError(`The configuration has ${faults.length} fault(s):\n${faults.join('\n')}`);
  }
  const values = parsed.data;
  return Object.freeze({
    port: values.PORT,
    bind: values.BIND ?? (isProxyHere(values.TRUST_PROXY) ? '127.0.0.1' : undefined),
    metricsPort: values.METRICS_PORT,
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
    redisUrl: values.REDIS_URL,
    durability: values.DURABILITY,
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
    webhookAllowedOrigins: Object.freeze(values.WEBHOOK_ALLOWED_ORIGINS),
    workerProcesses: values.WORKER_PROCESSES,
    arming: values.ARMING === 'on',
    serverProcesses: values.SERVER_PROCESSES,
    requireApproval: values.REQUIRE_APPROVAL,
    checksFile: values.CHECKS_FILE === undefined ? undefined : resolve(values.CHECKS_FILE),
    liveConnections: values.LIVE_CONNECTIONS === 0 ? undefined : values.LIVE_CONNECTIONS,
    liveConnectionsPerAddress: values.LIVE_CONNECTIONS_PER_ADDRESS,
    grip: gripOf(values),
    drainSeconds: values.DRAIN_SECONDS,
    canarySeconds: values.CANARY_SECONDS,
    isDrill: values.DRILL,
    tracing: values.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    logLevel: values.LOG_LEVEL,
  });
}

function gripOf({
  GRIP_URL: urls,
  GRIP_KEY: key,
  GRIP_TOKEN: token,
}: z.output<typeof environment>): Config['grip'] {
  return key === undefined ? undefined : Object.freeze({ urls: Object.freeze(urls), key, token });
}

function vapidFaults(publicKey: string, privateKey: string | undefined): string[] {
  try {
    parseVapidKeys({ publicKey, privateKey }, 'VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY');
    return [];
  } catch (error) {
    return [`  ${error instanceof Error ? error.message : String(error)}`];
  }
}

/**
 * Whether the proxy that is trusted runs on this machine: then nobody else need reach the port, and whoever did could name
 * any address as his own. A number of proxies does not say where they are; ours are shown on the same machine.
 */
function isProxyHere(trusted: false | number | readonly string[]): boolean {
  if (typeof trusted === 'number') return trusted > 0;
  return trusted !== false && trusted.every((item) => /^(loopback|127\.|::1(\/|$))/.test(item));
}

/** The environment that gives the `index`-th process of this machine a metrics port of its own. */
export function metricsPortOf(
  { metricsPort }: Pick<Config, 'metricsPort'>,
  index: number,
): Record<string, string> {
  if (metricsPort === undefined) return {};
  return { METRICS_PORT: String(metricsPort === 0 ? 0 : metricsPort + index) };
}
