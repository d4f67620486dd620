import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import webPush from 'web-push';
import { createApiClient, type ApiClient } from './api-client.ts';
import { startCli } from './cli.ts';
import { freePorts } from './free-ports.ts';
import { startRole, type RoleProcess } from './process.ts';
import type { PushService } from './push-service/start.ts';
import { startTestRedis, type TestRedis } from './redis.ts';

type Role = 'server' | 'worker';

/** The built product, running: each role in processes of its own, on a Redis of its own. */
export interface Stack {
  /** Of the first server: where pages and API are. */
  readonly origin: string;
  /** Of every server. */
  readonly origins: readonly string[];
  readonly adminKey: string;
  readonly vapidPublicKey: string;
  readonly redis: TestRedis;
  /** Of its processes. */
  readonly env: Readonly<Record<string, string>>;
  /** @returns the editor's API key */
  addEditor(name: string, role: 'author' | 'approver' | 'admin'): Promise<string>;
  readonly api: ApiClient;
  /** Ends all processes of a role, and waits until they are gone. */
  kill(role: Role, signal: NodeJS.Signals): Promise<void>;
  /** Starts a role again, on the same ports. Resolves when it says that it is ready. */
  restart(role: Role): Promise<void>;
  /** From now on, processes of the role are of the build in this folder. */
  use(role: Role, project: string): void;
  /** Starts another process of a role. @returns its origin; that of a worker is of no use */
  add(role: Role): Promise<string>;
  /** What the processes printed, as one text. */
  logs(): string;
  /** Ends one server by SIGTERM and starts it again on its port. Resolves when it says that it is ready. */
  restartServer(index: number): Promise<void>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** None: one of its own, which ends with the stack. */
  readonly redis?: TestRedis;
  /** Of a Redis that the test runs by itself. */
  readonly redisUrl?: string;
  /** The folder whose build runs. None: this project. */
  readonly project?: string;
  /** The push services that it may send to. They must share one authority. */
  readonly pushServices?: readonly PushService[];
  readonly env?: Readonly<Record<string, string>>;
  readonly serverProcesses?: number;
  /** A server listens on each. None: any free ones. */
  readonly ports?: readonly number[];
  readonly workerProcesses?: number;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const FILES: Record<Role, string> = { server: 'dist/src/server.js', worker: 'dist/workers/main.js' };

/** @returns when every role is up and the first server says that it takes alerts */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dir = await mkdtemp(join(tmpdir(), 'ajil-stack-'));
  const redis =
    options.redis ??
    (options.redisUrl === undefined ? await startTestRedis() : redisOfTheTest(options.redisUrl));
  const adminKey = randomBytes(24).toString('base64url');
  const vapid = webPush.generateVAPIDKeys();
  const ports = [...(options.ports ?? (await freePorts(options.serverProcesses ?? 1)))];
  const origins = ports.map((port) => `http://localhost:${port}`);
  const [origin = ''] = origins;
  const authority = join(dir, 'push-service-ca.pem');
  await writeFile(authority, [...new Set(options.pushServices?.map(({ ca }) => ca))].join('\n'));

  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: dir,
    TMPDIR: dir,
    NODE_ENV: 'production',
    NODE_EXTRA_CA_CERTS: authority,
    DATA_DIR: join(dir, 'data'),
    REDIS_URL: redis.url,
    PUBLIC_URL: origin,
    ALLOWED_ORIGINS: origins.slice(1).join(','),
    PUSH_ALLOWED_ORIGINS: (options.pushServices ?? []).map((service) => service.origin).join(','),
    ADMIN_KEY: adminKey,
    VAPID_SUBJECT: 'mailto:desk@news.example',
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    DRAIN_SECONDS: '1',
    // What a test counts is its own.
    CANARY_SECONDS: '0',
    LOG_LEVEL: 'info',
    ...options.env,
  };
  const running: Record<Role, RoleProcess[]> = { server: [], worker: [] };
  const ended: string[] = [];
  const project = options.project ?? PROJECT;
  const projects: Record<Role, string> = { server: project, worker: project };
  const counts: Record<Role, number> = { server: ports.length, worker: options.workerProcesses ?? 1 };

  async function start(role: Role): Promise<void> {
    running[role] = await Promise.all(
      Array.from({ length: counts[role] }, (_, index) => startOne(role, index)),
    );
  }

  function startOne(role: Role, index: number): Promise<RoleProcess> {
    const port = role === 'server' ? { PORT: String(ports[index]) } : {};
    return startRole({
      name: role,
      file: join(projects[role], FILES[role]),
      cwd: dir,
      env: { ...env, ...port },
    });
  }

  async function add(role: Role): Promise<string> {
    if (role === 'server') ports.push(...(await freePorts(1)));
    counts[role] += 1;
    running[role].push(await startOne(role, counts[role] - 1));
    return `http://localhost:${ports.at(-1)}`;
  }

  async function kill(role: Role, signal: NodeJS.Signals): Promise<void> {
    const processes = running[role];
    running[role] = [];
    await Promise.all(processes.map((process) => process.kill(signal)));
    for (const process of processes) ended.push(...process.logs(), `-- ${role} ended by ${signal}`);
  }

  async function stop(): Promise<void> {
    await Promise.all([kill('server', 'SIGKILL'), kill('worker', 'SIGKILL')]);
    if (options.redis === undefined) await redis.stop();
    await rm(dir, { recursive: true, force: true });
  }

  const stack: Stack = {
    origin,
    origins,
    adminKey,
    vapidPublicKey: vapid.publicKey,
    redis,
    env: env as Record<string, string>,
    addEditor: async (name, role) => {
      const args = ['editors', 'add', '--name', name, '--role', role];
      const { stdout, stderr } = await startCli(stack.env, args).ended;
      const key = /[\w-]{40,}/.exec(stdout)?.[0];
      if (key === undefined) throw new Error(`no key: ${stdout}${stderr}`);
      return key;
    },
    api: createApiClient(() => origin, adminKey),
    kill,
    restart: start,
    use: (role, folder) => (projects[role] = folder),
    add,
    restartServer: async (index) => {
      await running.server[index]?.kill('SIGTERM');
      running.server[index] = await startOne('server', index);
    },
    logs: () =>
      [...ended, ...[...running.server, ...running.worker].flatMap((process) => process.logs())].join('\n'),
    stop,
  };
  try {
    await Promise.all([start('server'), start('worker')]);
    await waitUntilReady(stack.api);
  } catch (error) {
    const logs = stack.logs();
    await stop();
    throw new Error(`the stack did not start: ${String(error)}\n${logs}`, { cause: error });
  }
  return stack;
}

function redisOfTheTest(url: string): TestRedis {
  const refuse = (): never => {
    throw new Error('the test runs this Redis by itself');
  };
  return { url, crash: refuse, kill: refuse, restart: refuse, signal: refuse, stop: () => Promise.resolve() };
}

/** `/readyz` says 200 once Redis is writable and workers are seen. */
async function waitUntilReady(api: ApiClient): Promise<void> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const { status, body } = await api.call('/readyz');
    if (status === 200) return;
    if (performance.now() > deadline) throw new Error(`not ready: ${status} ${JSON.stringify(body)}`);
    await sleep(50);
  }
}
