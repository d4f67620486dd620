import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../ops/logger.ts';
import { isCanaryFilter } from './canary.ts';
import type { Connection, Keeper } from './connections/connection.ts';
import { EventStreamConnection } from './connections/event-stream-connection.ts';
import type { FanWrite } from './connections/fan-write.ts';
import type { GroupIdentity } from './connections/group-identity.ts';
import type { Groups } from './connections/groups.ts';
import { WebSocketConnection } from './connections/websocket-connection.ts';
import { createWebSocketHandshake } from './connections/websocket-server.ts';
import { eventStreamWire, webSocketWire, type Wire } from './connections/wire.ts';
import { resumed, type Admission, type Admitted } from './door/admission.ts';
import type { LiveLimits } from './door/limits.ts';
import { refuseResponse, refuseUpgrade, type DescribeRefusal, type Refusal } from './door/refusal.ts';
import type { Hellos } from './hello.ts';
import type { LiveMetrics } from './live-metrics.ts';
import type { Follower } from './log/follower.ts';

/** A proxy that holds WebSockets cannot tell that a line missed a message (docs/decisions/0043-grip.md). */
const NO_SOCKETS: Refusal = {
  code: 'unavailable',
  reason: 'proxy',
  detail: 'behind this proxy the live line is an event stream: ask with Accept: text/event-stream',
};

/** Makes connections of requests: it admits or refuses each, and greets the reader. */
export interface Reception {
  /** @param isProxy a GRIP proxy passes the request on: its lines are event streams */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, isProxy?: boolean): void;
  stream(request: IncomingMessage, response: ServerResponse): void;
}

export function createReception(deps: {
  readonly admission: Admission;
  readonly follower: Pick<Follower, 'tail' | 'behind' | 'nextLook'>;
  readonly hellos: Hellos;
  readonly groups: Groups;
  readonly fanWrite: FanWrite;
  /** The owner of the new connections. */
  readonly keeper: Keeper;
  /** Called in the turn in which a connection gets its hello. */
  readonly onEnter: (connection: Connection) => void;
  readonly limits: LiveLimits;
  readonly metrics: LiveMetrics;
  readonly describeRefusal: DescribeRefusal;
  readonly logger: Logger;
}): Reception {
  const { admission, follower, hellos, groups, fanWrite, keeper, limits, metrics, describeRefusal } = deps;
  const handshake = createWebSocketHandshake({ goodbyeMs: limits.goodbyeMs, refuse: refuseSocket });

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
    groups.join(connection);
    deps.onEnter(connection);
    if (!isCanaryFilter(filter)) metrics.greeted(hello.recovered);
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
    refuseUpgrade(socket, refusal, describeRefusal);
  }

  function upgrade(request: IncomingMessage, socket: Socket, head: Buffer, isProxy: boolean): void {
    const refuse = (refusal: Refusal): void => refuseSocket(socket, refusal);
    const admitted = admission.judge(request);
    if ('code' in admitted) return refuse(admitted);
    if (isProxy) return refuse(NO_SOCKETS);
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
      refuseResponse(response, refusal, describeRefusal);
    };
    const judged = admission.judge(request);
    if ('code' in judged) return refuse(judged);
    if (socket === null) {
      const detail = 'an event stream cannot follow another request that has no answer yet';
      return refuse({ code: 'malformed-request', reason: 'handshake', detail });
    }
    const admitted = resumed(judged, request);
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
      deps.logger.error({ err: error }, 'a live connection failed with an internal error');
      socket.destroy();
    }
  }

  return {
    upgrade: (request, socket, head, isProxy = false) =>
      guarded(socket, () => upgrade(request, socket, head, isProxy)),
    stream,
  };
}
