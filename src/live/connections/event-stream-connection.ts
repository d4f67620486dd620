import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Connection, type Keeper } from './connection.ts';
import type { GroupIdentity } from './group-identity.ts';

const BEAT = Buffer.from(': beat\n\n');
/** EventSource waits the same time before each reconnect. A different time for each stream spreads the reconnects. */
const RETRY_MS = { least: 1000, most: 10_000 };

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  // A proxy that compresses would hold the events back (RFC 9111, section 5.2.2.6).
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

export const retryField = (): string =>
  `retry: ${Math.round(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least))}\n`;

/**
 * Server-sent events (WHATWG HTML, section 9.2). The body ends with the connection (RFC 9112, section 6.3, rule 8), so it
 * needs no chunks around its parts, and every reader gets the same bytes.
 */
export class EventStreamConnection extends Connection {
  private readonly response: ServerResponse;

  constructor(
    response: ServerResponse,
    socket: Socket,
    group: GroupIdentity,
    address: string,
    keeper: Keeper,
  ) {
    super(socket, group, address, keeper);
    this.response = response;
  }

  open(hello: Buffer): void {
    const { response, socket } = this;
    socket.on('close', () => {
      this.leave(undefined);
      this.keeper.gone(this);
    });
    // The heartbeat finds readers who are gone. Node does not see what the addon writes, and would time the socket out.
    socket.setTimeout(0);
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { ...EVENT_STREAM_HEADERS, Connection: 'close' });
    response.write(retryField());
    socket.write(hello);
    this.noteWaiting();
  }

  protected override ask(): void {
    this.write(BEAT);
  }

  protected override sayGoodbye(): void {
    this.response.end();
    setTimeout(() => this.socket.destroy(), this.keeper.goodbyeMs).unref();
  }
}
