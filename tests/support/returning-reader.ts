import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { LiveMessage } from '../../src/live/protocol.ts';

/** A page that comes back with its cursor whenever its line ends. */
export interface ReturningReader {
  /** Every version that it was brought, as `id:version`, in order. */
  readonly had: readonly string[];
  /** How each of its lines ended: close codes. */
  readonly endings: readonly number[];
  readonly isOpen: () => boolean;
  close(): void;
}

/** @param origin of a server or of a proxy in front of it */
export function startReturningReader(origin: string): ReturningReader {
  const had: string[] = [];
  const endings: number[] = [];
  const url = new URL('/v1/live?topics=world&urgency=normal', origin.replace('http', 'ws'));
  let cursor: string | undefined;
  let socket: WebSocket;
  let isGreeted = false;
  let isOver = false;

  function connect(): void {
    if (cursor !== undefined) url.searchParams.set('cursor', cursor);
    socket = new WebSocket(url);
    socket.on('error', () => undefined); // its close follows
    socket.on('message', (data: Buffer) => take(JSON.parse(data.toString()) as LiveMessage));
    socket.on('close', (code) => {
      isGreeted = false;
      endings.push(code);
      if (!isOver) void sleep(100 + Math.random() * 400).then(connect);
    });
  }

  function take(message: LiveMessage): void {
    cursor = message.cursor;
    if (message.type === 'alert') had.push(`${message.alert.id}:${message.alert.version}`);
    else {
      // A first hello brings what was before it came.
      if (message.recovered) had.push(...message.alerts.map(({ id, version }) => `${id}:${version}`));
      isGreeted = true;
    }
  }

  connect();
  return {
    had,
    endings,
    isOpen: () => isGreeted,
    close: () => {
      isOver = true;
      socket.terminate();
    },
  };
}
