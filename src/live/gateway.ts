import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Redis } from '../redis/connect.ts';
import { CANARY_ADDRESS, canaryVersion, isCanaryFilter, type CanaryProofs } from './canary.ts';
import { createBacklog } from './connections/backlog.ts';
import { createBroadcast } from './connections/broadcast.ts';
import type { Keeper } from './connections/connection.ts';
import { openFanWrite } from './connections/fan-write.ts';
import type { GroupSize } from './connections/group-sizes.ts';
import { createGroups } from './connections/groups.ts';
import { createHeartbeat } from './connections/heartbeat.ts';
import { createAdmission } from './door/admission.ts';
import { DEFAULT_LIVE_LIMITS, type LiveLimits } from './door/limits.ts';
import type { DescribeRefusal } from './door/refusal.ts';
import { openGrip, type Grip, type GripSettings } from './grip/grip.ts';
import { createGripMetrics } from './grip/grip-metrics.ts';
import { createHellos } from './hello.ts';
import { createLiveMetrics } from './live-metrics.ts';
import { openFollower } from './log/follower.ts';
import type { Version } from './log/tail.ts';
import { CLOSE_CODES } from './protocol.ts';
import { createReception } from './reception.ts';

/** Holds the open connections of one process. */
export interface Gateway {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** `GET /v1/live` with `Accept: text/event-stream`. */
  handleSse(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  /** The groups of open connections, by filter. */
  groupSizes(): GroupSize[];
  /** Whether the gateway follows the live log now. */
  ready(): boolean;
  /** Admits no more readers, closes all connections with 1012 over `drainSeconds`, and ends. */
  close(): Promise<void>;
}

export interface GatewayDeps {
  /** A separate connection for the follower; the gateway closes it. */
  readonly follower: Redis;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Exact origins of pages that may open the line. A client without an Origin is no page, and is admitted. */
  readonly allowedOrigins: readonly string[];
  readonly addressOf: (request: IncomingMessage) => string;
  readonly describeRefusal: DescribeRefusal;
  readonly drainSeconds: number;
  /** The newsroom's topics. Without them, a hello does not name the unknown topics of a query. */
  readonly topics?: () => ReadonlySet<string> | undefined;
  /** Called with the number of this process's connections that a version was written to. */
  readonly onBroadcast: (version: Pick<Version, 'id' | 'version'>, connections: number) => void;
  /** None: there is no canary. */
  readonly canary?: Pick<CanaryProofs, 'isValid'> | undefined;
  /** None: readers' lines come to this process, and no proxy holds them. `redis` is for commands. */
  readonly grip?: (GripSettings & { readonly redis: Redis }) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits?: Partial<LiveLimits>;
  /** Null: without the native addon. */
  readonly addonPath?: string | null;
}

export async function openGateway(deps: GatewayDeps): Promise<Gateway> {
  const { logger } = deps;
  const limits = { ...DEFAULT_LIVE_LIMITS, ...deps.limits };
  const admission = createAdmission({ ...deps, limits });
  const groups = createGroups();
  const backlog = createBacklog(limits);
  const heartbeat = createHeartbeat({ ...limits, onTick: () => backlog.review() });
  const sockets = new Set<Socket>();
  const metrics = createLiveMetrics(deps.metrics, {
    connections: () => admission.open,
    waitingBytes: () => backlog.waitingBytes,
  });
  const fanWrite = openFanWrite(deps);
  const broadcast = createBroadcast({
    groups,
    fanWrite,
    onSent: (version, connections, seconds) => {
      backlog.review();
      if (version.id === CANARY_ADDRESS) return;
      metrics.sent(connections, seconds);
      if (connections > 0) deps.onBroadcast(version, connections);
    },
  });
  const keeper: Keeper = {
    ...limits,
    left: (connection) => {
      groups.part(connection);
      heartbeat.remove(connection);
      backlog.remove(connection);
    },
    ended: (reason) => metrics.ended(reason),
    gone: ({ address, socket }) => {
      sockets.delete(socket);
      admission.leave(address);
    },
    waits: (connection, bytes) => backlog.note(connection, bytes),
  };
  let grip: Grip | undefined;
  /** Versions that came before the proxies' part was open. */
  let early: Version[] | undefined = deps.grip && [];
  const follower = await openFollower({
    follower: deps.follower,
    logger,
    onVersion: (version) => {
      early?.push(version);
      grip?.push(follower.tail, version);
      return broadcast.push(follower.tail.cursor.epoch, version);
    },
    onCanary: (entry) =>
      void broadcast.push(follower.tail.cursor.epoch, canaryVersion(entry), isCanaryFilter),
    onNewLog: () => {
      broadcast.clear();
      grip?.startOver();
      for (const connection of heartbeat.all()) connection.close(CLOSE_CODES.serviceRestart, 'restart');
    },
  });
  const hellos = createHellos({ now: deps.now, topics: deps.topics ?? (() => undefined) });

  const reception = createReception({
    admission,
    follower,
    hellos,
    groups,
    fanWrite,
    keeper,
    onEnter: (connection) => {
      sockets.add(connection.socket);
      heartbeat.add(connection);
    },
    limits,
    metrics,
    describeRefusal: deps.describeRefusal,
    logger,
  });
  const gripMetrics = createGripMetrics(deps.metrics);
  if (deps.grip !== undefined) {
    grip = await openGrip(deps.grip, {
      admission,
      follower,
      hellos,
      groups,
      metrics,
      gripMetrics,
      describeRefusal: deps.describeRefusal,
      holdHere: (request, response) => reception.stream(request, response),
      now: deps.now,
      redis: deps.grip.redis,
      logger,
    });
    for (const version of early ?? []) grip.push(follower.tail, version);
    early = undefined;
  }
  const onFault = (error: Error): void => logger.debug({ err: error }, 'live connection fault');

  async function drain(): Promise<void> {
    const connections = heartbeat.all();
    const steps = Math.max(1, Math.min(connections.length, deps.drainSeconds * 10));
    for (let step = 0; step < steps; step++) {
      for (let i = step; i < connections.length; i += steps) {
        connections[i]?.close(CLOSE_CODES.serviceRestart, 'restart');
      }
      if (step + 1 < steps) await sleep(100);
    }
    const deadline = performance.now() + limits.goodbyeMs;
    while (sockets.size > 0 && performance.now() < deadline) await sleep(20);
    for (const socket of sockets) socket.destroy();
  }

  return {
    handleUpgrade: (request, socket, head) => {
      // Node removes its listener at an upgrade. A client that resets must not end the process.
      socket.on('error', onFault);
      if (!(socket instanceof Socket) || socket.destroyed) socket.destroy();
      else if (grip === undefined) reception.upgrade(request, socket, head);
      else
        void grip.isProxy(request).then((isProxy) => {
          if (!socket.destroyed) reception.upgrade(request, socket, head, isProxy);
        });
    },
    handleSse: async (request, response) => {
      if (grip !== undefined && (await grip.isProxy(request))) return grip.answer(request, response);
      return reception.stream(request, response);
    },
    groupSizes: () => groups.sizes().filter(({ filter }) => !isCanaryFilter(filter)),
    ready: () => follower.following,
    close: async () => {
      admission.shut();
      await broadcast.idle();
      await drain();
      heartbeat.stop();
      await follower.close();
      await grip?.close();
    },
  };
}
