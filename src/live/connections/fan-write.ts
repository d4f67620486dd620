import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../ops/logger.ts';
import type { Connection } from './connection.ts';

/** Connections that one call writes to at most: about half a millisecond. */
export const BATCH = 64;

/** Writes the same bytes to many connections. */
export interface Sender {
  readonly kind: 'native' | 'portable';
  /** To the first `count` of `batch`, at most {@link BATCH}. Each is written to in the order of the calls. */
  send(batch: readonly Connection[], count: number, bytes: Buffer): void;
  /**
   * Has the kernel end a connection once bytes have waited for their acknowledgement for `ms` (TCP_USER_TIMEOUT, RFC 5482);
   * without the addon, or elsewhere than on Linux, it does so after a quarter of an hour.
   */
  endUnacknowledged(socket: Socket, ms: number): void;
}

/** src/live/native/socket-send.c. */
interface Addon {
  sendToAll(descriptors: Int32Array, results: Int32Array, count: number, bytes: Buffer): void;
  endUnacknowledged(descriptor: number, ms: number): void;
}

const BROKEN = -2;
/** Nobody's descriptor: send(2) refuses it. */
const NO_DESCRIPTOR = -1;

// Seen from src/live/connections and from dist/src/live/connections.
const ADDON_PATHS = ['../../../build/socket-send.node', '../../../../build/socket-send.node'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Opens the fastest way down to the sockets that works here: the addon if it was built and loads; else the sockets' own
 * `write`.
 * @param deps.addonPath the addon; by default where `scripts/build-native.mjs` puts it. Null: none
 */
export function openSender(deps: { logger: Logger; addonPath?: string | null }): Sender {
  const { logger, addonPath = ADDON_PATHS.find((path) => existsSync(path)) } = deps;
  if (addonPath === undefined || addonPath === null) {
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

const portable: Sender = {
  kind: 'portable',
  send: (batch, count, bytes) => {
    for (let i = 0; i < count; i++) batch[i]?.write(bytes);
  },
  endUnacknowledged: () => undefined,
};

function createNative(addon: Addon): Sender {
  const descriptors = new Int32Array(BATCH);
  const results = new Int32Array(BATCH);
  const direct: Connection[] = [];

  function settle(connection: Connection, sent: number, bytes: Buffer): void {
    if (sent === bytes.length) return;
    if (sent === BROKEN) connection.terminate(undefined);
    // The rest waits in the socket's own queue, and what comes next waits behind it.
    else connection.write(sent > 0 ? bytes.subarray(sent) : bytes);
  }

  return {
    kind: 'native',
    send: (batch, count, bytes) => {
      let taken = 0;
      for (let i = 0; i < count; i++) {
        const connection = batch[i];
        if (connection === undefined || connection.left) continue;
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
      // Nothing ran since the descriptors were read, so each is still its socket's.
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
 * ended, and it is not wrapped in TLS. Read anew each time: Node takes the handle off a socket in the same turn in which
 * it closes the descriptor, so a number that is another connection's by now is never used.
 */
function directDescriptor(socket: Socket): number {
  const { _handle: handle, encrypted } = socket as Socket & WithHandle;
  if (handle === null || encrypted === true || socket.writableLength > 0 || socket.writableEnded) {
    return NO_DESCRIPTOR;
  }
  return handle.fd;
}
