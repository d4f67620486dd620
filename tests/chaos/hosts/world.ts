import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import webPush from 'web-push';
import { createApiClient, type ApiClient } from '../../support/api-client.ts';
import { startRole, type RoleProcess } from '../../support/process.ts';
import { startPushService, type PushService } from '../../support/push-service/start.ts';
import type { SubscriptionJson } from '../../support/push-service/virtual.ts';
import { subscribeDirectly } from '../../support/subscribe-directly.ts';
import { makeCertificate } from '../../support/tls.ts';
import { openNetwork, type Host, type Weather } from './network.ts';
import { startProxy } from './proxy-host.ts';
import { startClusterHosts } from './cluster-hosts.ts';
import { startSentinelHosts, type RedisHosts } from './redis-hosts.ts';
import { nameHosts, type Programs } from './world-apart.ts';

/** Servers and workers, each on a host of its own, and what they need on others. */
export interface World {
  readonly servers: readonly Node[];
  readonly workers: readonly Node[];
  readonly redis: RedisHosts;
  readonly service: PushService;
  readonly subscriptions: readonly SubscriptionJson[];
  /** Of the proxy. */
  readonly origin: string;
  /** By the proxy. */
  readonly api: ApiClient;
  readonly adminKey: string;
  logs(): string;
  stop(): Promise<void>;
}

/** A host that runs one process of Ajil. */
export interface Node {
  readonly host: Host;
  /** Ends it by SIGTERM, and starts it again. Resolves when it says that it is ready. */
  restart(): Promise<void>;
}

export interface WorldOptions {
  readonly programs: Programs;
  readonly weather: Weather;
  readonly subscriptions: number;
  readonly durability: 'local' | 'replicated';
  /** A Redis Cluster of six hosts, instead of three under Sentinels. */
  readonly cluster: boolean;
}

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const SERVERS = ['server-1', 'server-2'];
const WORKERS = ['workers-1', 'workers-2'];
const PUSH_NAME = 'push.hosts.example';
const PORT = 3000;
const READY_MS = 60_000;

export async function startWorld(options: WorldOptions): Promise<World> {
  const { programs, cluster } = options;
  const redisHosts = Array.from({ length: cluster ? 6 : 3 }, (_, index) => `redis-${index + 1}`);
  const dir = await mkdtemp(join(tmpdir(), 'ajil-hosts-'));
  const network = await openNetwork(
    programs.networkSwitch,
    [...redisHosts, ...SERVERS, ...WORKERS, 'proxy', 'push'],
    options.weather,
  );
  const closing: (() => void | Promise<unknown>)[] = [
    () => rm(dir, { recursive: true, force: true }),
    () => network.close(),
  ];
  const stop = async (): Promise<void> => {
    for (const close of closing.toReversed()) await close();
  };
  try {
    const push = network.host('push');
    nameHosts(join(dir, 'hosts'), { [PUSH_NAME]: push.address });
    const redis = await (cluster ? startClusterHosts : startSentinelHosts)(
      programs.redis,
      redisHosts.map(network.host),
      dir,
    );
    closing.push(() => redis.stop());
    const service = await startPushService({
      child: true,
      enter: push.enter,
      host: PUSH_NAME,
      record: 'counts',
      certificate: makeCertificate([PUSH_NAME]),
    });
    closing.push(() => service.stop());
    const authority = join(dir, 'authority.pem');
    await writeFile(authority, service.ca);
    await redis.whole();

    const adminKey = randomBytes(24).toString('base64url');
    const vapid = webPush.generateVAPIDKeys();
    const env = {
      PATH: process.env['PATH'],
      TMPDIR: dir,
      NODE_ENV: 'production',
      NODE_EXTRA_CA_CERTS: authority,
      DATA_DIR: join(dir, 'data'),
      REDIS_URL: redis.url,
      DURABILITY: options.durability,
      PUBLIC_URL: 'https://alerts.news.example',
      PUSH_ALLOWED_ORIGINS: service.origin,
      PORT: String(PORT),
      BIND: '0.0.0.0',
      TRUST_PROXY: network.host('proxy').address,
      ADMIN_KEY: adminKey,
      VAPID_SUBJECT: 'mailto:desk@news.example',
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
      DRAIN_SECONDS: '2',
      CANARY_SECONDS: '0',
    };
    const nodes: RunningNode[] = [];
    const startNode = async (name: string, file: string): Promise<Node> => {
      const node = await openNode(network.host(name), join(PROJECT, file), dir, env);
      nodes.push(node);
      return node;
    };
    closing.push(() => Promise.all(nodes.map((node) => node.kill())));
    const servers = await Promise.all(SERVERS.map((name) => startNode(name, 'dist/src/server.js')));
    const workers = await Promise.all(WORKERS.map((name) => startNode(name, 'dist/workers/main.js')));
    const proxy = await startProxy(
      programs.haproxy,
      network.host('proxy'),
      servers.map(({ host: { address } }) => ({ address, port: PORT })),
      dir,
    );
    closing.push(() => proxy.stop());
    const api = createApiClient(() => proxy.origin, adminKey);
    await untilReady(api);
    const subscriptions = await service.createSubscriptions(options.subscriptions, {
      applicationServerKey: vapid.publicKey,
      keyPairs: 64,
    });
    await subscribeDirectly({ redis, vapidPublicKey: vapid.publicKey }, subscriptions);
    const { origin } = proxy;
    const logs = (): string => nodes.map((node) => node.logs()).join('\n');
    return { servers, workers, redis, service, subscriptions, origin, api, adminKey, logs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface RunningNode extends Node {
  logs(): string;
  kill(): Promise<void>;
}

async function openNode(host: Host, file: string, dir: string, env: NodeJS.ProcessEnv): Promise<RunningNode> {
  const start = (): Promise<RoleProcess> =>
    startRole({ name: host.name, file, cwd: dir, env, enter: host.enter });
  const ended: string[] = [];
  let running = await start();
  const keep = (): void => void ended.push(...running.logs(), `-- ${host.name} ended`);
  return {
    host,
    logs: () => [`-- ${host.name}`, ...ended, ...running.logs()].join('\n'),
    restart: async () => {
      await running.kill('SIGTERM');
      keep();
      running = await start();
    },
    kill: () => running.kill('SIGKILL'),
  };
}

export async function untilReady(api: ApiClient): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const answer = await api.call('/readyz').catch((error: unknown) => ({ status: 0, body: String(error) }));
    if (answer.status === 200) return;
    if (performance.now() > deadline) throw new Error(`not ready: ${JSON.stringify(answer.body)}`);
    await sleep(100);
  }
}
