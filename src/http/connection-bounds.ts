import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressBucket } from './client-address.ts';

/** Above this share of all connections, each new connection closes the connection that has been idle longest. */
const NEARLY_FULL = 0.9;

export interface ConnectionLimits {
  /** Open connections, the live ones included. */
  readonly connections: number;
  /** Open connections of one address. */
  readonly perAddress: number;
  /** Open connections that have not sent a complete request yet. */
  readonly unfinished: number;
}

/** Why a connection was closed: the label of the metric. */
export type DropReason = 'full' | 'address' | 'unfinished' | 'idle';

interface Address {
  open: number;
  /** In the order in which they became idle. */
  readonly idle: Set<Socket>;
}

/** Keeps a server's connections within bounds. */
export interface ConnectionBounds {
  /** A request of the connection is being served. */
  busy(socket: Socket): void;
  /** No request of the connection is being served. */
  idle(socket: Socket): void;
  /** The connection now speaks another protocol, which has its own bounds. */
  upgraded(socket: Socket): void;
}

/**
 * Each connection is in one state:
 *
 *   unfinished ─ first request is complete ─► busy ─ all requests are answered ─► idle
 *                                              ▲                                    │
 *                                              └───────── a request comes ──────────┘
 *   any of them ─ upgrade ─► upgraded: the live line has its own bounds
 *
 * At a bound, the oldest unfinished or idle connection is closed. The new connection is refused only if there is none.
 * @param isProxy whether a peer serves many clients, so that it has no bound per address
 */
export function boundConnections(
  server: Server,
  limits: ConnectionLimits,
  isProxy: (address: string) => boolean,
  onDrop: (reason: DropReason) => void,
): ConnectionBounds {
  const unfinished = new Set<Socket>();
  const idle = new Set<Socket>();
  const addresses = new Map<string, Address>();
  const addressOf = new WeakMap<Socket, string>();
  let open = 0;
  server.maxConnections = limits.connections;
  server.on('drop', () => onDrop('full'));

  function drop(socket: Socket, reason: DropReason): void {
    // 'close' comes in a later turn. Until then the socket must not be chosen again.
    forget(socket);
    socket.destroy();
    onDrop(reason);
  }

  function forget(socket: Socket): void {
    unfinished.delete(socket);
    idle.delete(socket);
    addresses.get(addressOf.get(socket) ?? '')?.idle.delete(socket);
  }

  // One function for all sockets, because tens of thousands may stay open.
  function onClose(this: Socket): void {
    open -= 1;
    forget(this);
    const name = addressOf.get(this) ?? '';
    const address = addresses.get(name);
    if (address === undefined) return;
    address.open -= 1;
    if (address.open === 0) addresses.delete(name);
  }

  function enter(socket: Socket): void {
    const peer = socket.remoteAddress ?? '';
    open += 1;
    socket.once('close', onClose);
    unfinished.add(socket);
    if (isProxy(peer)) return;
    const name = addressBucket(peer);
    const address = addresses.get(name) ?? { open: 0, idle: new Set() };
    addresses.set(name, address);
    addressOf.set(socket, name);
    address.open += 1;
    if (address.open > limits.perAddress) drop(first(address.idle) ?? socket, 'address');
  }

  server.on('connection', (socket: Socket) => {
    enter(socket);
    if (unfinished.size > limits.unfinished) drop(first(unfinished) ?? socket, 'unfinished');
    const longest = first(idle);
    if (open > limits.connections * NEARLY_FULL && longest !== undefined) drop(longest, 'idle');
  });

  return {
    busy: forget,
    idle: (socket) => {
      if (socket.destroyed) return;
      idle.add(socket);
      addresses.get(addressOf.get(socket) ?? '')?.idle.add(socket);
    },
    upgraded: forget,
  };
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  const [value] = set;
  return value;
}
