import { textFrame } from './websocket-frames.ts';

/** How messages look on a kind of connection: made once, the same bytes for everybody. */
export interface Wire {
  readonly name: 'websocket' | 'sse';
  encode(text: string, cursor: string): Buffer;
}

export const webSocketWire: Wire = {
  name: 'websocket',
  encode: (text) => textFrame(text),
};

/** Server-sent events (WHATWG HTML, section 9.2). JSON text holds no line break. */
export const eventStreamWire: Wire = {
  name: 'sse',
  encode: (text, cursor) => ownMemory(`id: ${cursor}\ndata: ${text}\n\n`),
};

/** Not a slice of Node's shared pool: it may wait for slow readers for long. */
function ownMemory(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}
