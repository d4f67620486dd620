import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Redis } from '../redis/connect.ts';
import { createAdmission, type Admitted } from './door/admission.ts';
import { createBacklog } from './connections/backlog.ts';
import { createBroadcast } from './connections/broadcast.ts';
import type { Connection, Keeper } from './connections/connection.ts';
import type { GroupSize } from './connections/group-sizes.ts';
import { parseCursor } from './log/cursor.ts';
import { EventStreamConnection } from './connections/event-stream-connection.ts';
import { openFollower } from './log/follower.ts';
import type { GroupIdentity } from './connections/group-identity.ts';
import { createGroups } from './connections/groups.ts';
import { createHeartbeat } from './connections/heartbeat.ts';
import { createHellos } from './hello.ts';
import { DEFAULT_LIMITS, type LiveLimits } from './door/limits.ts';
import { createLiveMetrics } from './live-metrics.ts';
import { CLOSE_CODES } from './protocol.ts';
import { refuseResponse, refuseUpgrade, type DescribeRefusal, type Refusal } from './door/refusal.ts';
import { openFanWrite } from './connections/fan-write.ts';
import type { Version } from './log/tail.ts';
import { WebSocketConnection } from './connections/websocket-connection.ts';
import { createWebSocketHandshake } from './connections/websocket-server.ts';
import { eventStreamWire, webSocketWire, type Wire } from './connections/wire.ts';

/** Holds the open connections of one process. */
export interface Gateway {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** `GET /v1/live` with `Accept: text/event-stream`. */
  handleSse(request: IncomingMessage, response: ServerResponse): void;
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
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits?: Partial<LiveLimits>;
  /** Null: without the native addon. */
  readonly addonPath?: string | null;
}

export async function openGateway(deps: GatewayDeps): Promise<Gateway> {
  const { logger } = deps;
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
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
  const follower = await openFollower({
    follower: deps.follower,
    logger,
    onVersion: (version) => broadcast.push(follower.tail.cursor.epoch, version),
    onNewLog: () => {
      broadcast.clear();
      for (const connection of heartbeat.all()) connection.close(CLOSE_CODES.serviceRestart, 'restart');
    },
  });
  const handshake = createWebSocketHandshake({ goodbyeMs: limits.goodbyeMs, refuse: refuseSocket });
  const hellos = createHellos({ now: deps.now, topics: deps.topics ?? (() => undefined) });

  /** Runs in one turn: hello holds the versions until now, and the broadcast writes every later version. */
  function enter<C extends Connection>(
    wire: Wire,
    { filter, address, since }: Admitted,
    create: (group: GroupIdentity) => C,
    open: (connection: C, hello: Buffer) => void,
  ): void {
    const connection = create(groups.of(wire, filter));
    const hello = hellos.of(follower.tail, connection.group, since);
    connection.offset = follower.tail.cursor.offset;
    admission.enter(address);
    sockets.add(connection.socket);
    groups.join(connection);
    heartbeat.add(connection);
    metrics.greeted(hello.recovered);
    open(connection, hello.bytes);
  }

  /**
   * Greets a reader with nothing older than what they have seen. A reader whose cursor is ahead of us, or belongs to another
   * log, counts as a connection and waits until we have looked at the log once more.
   */
  function whenCurrent(
    request: IncomingMessage,
    { address, since }: Admitted,
    greet: () => void,
    refuse: (refusal: Refusal) => void,
  ): void {
    if (!follower.behind(since)) return greet();
    admission.enter(address);
    void follower.nextLook().then((looked) => {
      admission.leave(address);
      if (request.socket.destroyed) return;
      const again = admission.judge(request);
      if ('code' in again) refuse(again);
      else if (looked) guarded(request.socket, greet);
      else
        refuse({
          code: 'unavailable',
          reason: 'behind',
          detail: 'this gateway cannot read the log that your cursor belongs to',
        });
    });
  }

  function refuseSocket(socket: Socket, refusal: Refusal): void {
    metrics.refused(refusal.reason);
    refuseUpgrade(socket, refusal, deps.describeRefusal);
  }

  function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const refuse = (refusal: Refusal): void => refuseSocket(socket, refusal);
    const admitted = admission.judge(request);
    if ('code' in admitted) return refuse(admitted);
    const fault = handshake.judge(request);
    if (fault !== undefined) return refuse(fault);
    const greet = (): void =>
      handshake.accept(request, socket, head, (webSocket) =>
        enter(
          webSocketWire,
          admitted,
          (group) => new WebSocketConnection(webSocket, socket, group, admitted.address, keeper),
          (connection, hello) => connection.open(hello),
        ),
      );
    whenCurrent(request, admitted, greet, refuse);
  }

  function stream(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = response;
    const refuse = (refusal: Refusal): void => {
      metrics.refused(refusal.reason);
      refuseResponse(response, refusal, deps.describeRefusal);
    };
    const judged = admission.judge(request);
    if ('code' in judged) return refuse(judged);
    if (socket === null) {
      const detail = 'an event stream cannot follow another request that has no answer yet';
      return refuse({ code: 'malformed-request', reason: 'handshake', detail });
    }
    const last = request.headers['last-event-id'];
    const admitted = typeof last === 'string' ? { ...judged, since: parseCursor(last) } : judged;
    const greet = (): void =>
      enter(
        eventStreamWire,
        admitted,
        (group) => new EventStreamConnection(response, socket, group, admitted.address, keeper),
        (connection, hello) => {
          // Later than the heartbeat, which distinguishes a reader who does not read from a reader who is gone.
          fanWrite.endUnacknowledged(socket, 2 * limits.beatMs + limits.answerMs);
          connection.open(hello);
        },
      );
    whenCurrent(request, admitted, greet, refuse);
  }

  /** A fault of ours must not end the process, and with it all other connections. */
  function guarded(socket: Socket, open: () => void): void {
    try {
      open();
    } catch (error) {
      logger.error({ err: error }, 'a live connection failed with an internal error');
      socket.destroy();
    }
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
      if (socket instanceof Socket && !socket.destroyed)
        guarded(socket, () => upgrade(request, socket, head));
      else socket.destroy();
    },
    handleSse: stream,
    groupSizes: () => groups.sizes(),
    ready: () => follower.following,
    close: async () => {
      admission.shut();
      await broadcast.idle();
      await drain();
      heartbeat.stop();
      await follower.close();
    },
  };
}
