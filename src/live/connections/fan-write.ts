import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Logger } from '../../ops/logger.ts';
import { PROJECT } from '../../ops/project.ts';
import type { Connection } from './connection.ts';

/** Connections per call, at most: about half a millisecond of work. */
export const AT_ONCE = 64;

/** Writes the same bytes to many connections. */
export interface FanWrite {
  readonly kind: 'native' | 'portable';
  /** Writes to each of at most {@link AT_ONCE} connections. Calls reach a connection in their order. */
  write(connections: readonly Connection[], bytes: Buffer): void;
  /**
   * Tells the kernel to end a connection when bytes have waited `ms` for their acknowledgement (TCP_USER_TIMEOUT, RFC 5482).
   * Without the addon, and on systems other than Linux, the kernel waits a quarter of an hour.
   */
  endUnacknowledged(socket: Socket, ms: number): void;
}

/** src/live/connections/socket-send.c. */
interface Addon {
  sendToAll(descriptors: Int32Array, results: Int32Array, count: number, bytes: Buffer): void;
  endUnacknowledged(descriptor: number, ms: number): void;
}

const BROKEN = -2;
/** No connection has this descriptor: send(2) refuses it. */
const NO_DESCRIPTOR = -1;

/** Where `scripts/build-native.mjs` puts it. */
const ADDON = join(PROJECT, 'build/socket-send.node');

/**
 * Opens the fastest way to the sockets that works on this machine: the addon if it was built and loads, otherwise the
 * sockets' own `write`.
 * @param deps.addonPath the addon; by default where `scripts/build-native.mjs` puts it. Null: without the addon
 */
export function openFanWrite(deps: { logger: Logger; addonPath?: string | null }): FanWrite {
  const { logger, addonPath = existsSync(ADDON) ? ADDON : null } = deps;
  if (addonPath === null) {
    logger.info('the live line runs without its native addon; build it with `node scripts/build-native.mjs`');
    return portable;
  }
  try {
    const addon = createRequire(import.meta.url)(addonPath) as Addon;
    const results = new Int32Array(1);
    addon.sendToAll(Int32Array.of(NO_DESCRIPTOR), results, 1, Buffer.of(0));
    if (results[0] !== BROKEN) throw new Error('it does not tell a closed socket from an open one');
    return createNative(addon);
  } catch (error) {
    logger.info(
      { err: error },
      'the live line runs without its native addon, which does not work on this machine',
    );
    return portable;
  }
}

const portable: FanWrite = {
  kind: 'portable',
  write: (connections, bytes) => {
    for (const connection of connections) connection.write(bytes);
  },
  endUnacknowledged: () => undefined,
};

function createNative(addon: Addon): FanWrite {
  const descriptors = new Int32Array(AT_ONCE);
  const results = new Int32Array(AT_ONCE);
  const direct: Connection[] = [];

  function settle(connection: Connection, sent: number, bytes: Buffer): void {
    if (sent === bytes.length) return;
    if (sent === BROKEN) connection.terminate(undefined);
    // The rest waits in the socket's queue, and later bytes wait behind it.
    else connection.write(sent > 0 ? bytes.subarray(sent) : bytes);
  }

  return {
    kind: 'native',
    write: (connections, bytes) => {
      let taken = 0;
      for (const connection of connections) {
        if (connection.left) continue;
        const descriptor = directDescriptor(connection.socket);
        if (descriptor === NO_DESCRIPTOR) {
          connection.write(bytes);
          continue;
        }
        direct[taken] = connection;
        descriptors[taken] = descriptor;
        taken += 1;
      }
      if (taken === 0) return;
      // No other code ran since the descriptors were read, so each still belongs to its socket.
      addon.sendToAll(descriptors, results, taken, bytes);
      for (let i = 0; i < taken; i++) settle(direct[i] as Connection, results[i] as number, bytes);
    },
    endUnacknowledged: (socket, ms) => {
      const { _handle: handle } = socket as Socket & WithHandle;
      if (handle !== null) addon.endUnacknowledged(handle.fd, ms);
    },
  };
}

interface WithHandle {
  readonly _handle: { readonly fd: number } | null;
  readonly encrypted?: true;
}

/**
 * The descriptor of a socket whose next bytes may go straight to the kernel: nothing waits in its queue, it has not been
 * ended, and it is not wrapped in TLS. It is read again for each write. Node removes the handle from a socket in the turn that
 * closes the descriptor, so a number that now belongs to another connection is never used.
 */
function directDescriptor(socket: Socket): number {
  const { _handle: handle, encrypted } = socket as Socket & WithHandle;
  if (handle === null || encrypted === true || socket.writableLength > 0 || socket.writableEnded) {
    return NO_DESCRIPTOR;
  }
  return handle.fd;
}
