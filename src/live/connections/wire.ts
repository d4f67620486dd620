import { Sender } from 'ws';

/** How messages look on a kind of connection. A message is encoded once; all readers get the same bytes. */
export interface Wire {
  readonly name: 'websocket' | 'sse';
  encode(text: string, cursor: string): Buffer;
}

export const OPCODES = { text: 1, ping: 9 } as const;

/** A whole frame from server to client, which is never masked (RFC 6455, section 5.1). */
export function webSocketFrame(opcode: number, text: string): Buffer {
  const parts = Sender.frame(Buffer.from(text), {
    fin: true,
    mask: false,
    opcode,
    readOnly: true,
    rsv1: false,
  });
  return ownMemory(parts);
}

export const webSocketWire: Wire = {
  name: 'websocket',
  encode: (text) => webSocketFrame(OPCODES.text, text),
};

/** Server-sent events (WHATWG HTML, section 9.2). JSON text holds no line break. */
export const eventStreamWire: Wire = {
  name: 'sse',
  encode: (text, cursor) => ownMemory([Buffer.from(`id: ${cursor}\ndata: ${text}\n\n`)]),
};

/** One piece, outside Node's shared pool: the bytes may wait long for slow readers, and would keep the pool alive. */
function ownMemory(parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
