import type { Socket } from 'node:net';

/** What has come over the connection so far. */
export interface Answer {
  readonly status: number | undefined;
  /** WebSocket frames after a 101. */
  readonly texts: number;
  readonly pongs: readonly Buffer[];
  readonly close: { readonly code: number | undefined } | undefined;
  /** The server has ended, or reset, the connection. */
  readonly ended: boolean;
}

export interface AnswerReader {
  now(): Answer;
  /** @returns false when it does not come true in time */
  until(done: () => boolean, ms: number): Promise<boolean>;
}

/** Reads what the server says: a status, and after a 101 its frames. */
export function createAnswerReader(socket: Socket): AnswerReader {
  const pongs: Buffer[] = [];
  let status: number | undefined;
  let texts = 0;
  let close: Answer['close'];
  let ended = false;
  let bytes = Buffer.alloc(0);
  let wake: () => void = () => undefined;

  function readHead(): void {
    const end = bytes.indexOf('\r\n\r\n');
    const found = /^HTTP\/1\.1 (\d{3})/.exec(bytes.toString('latin1', 0, 16));
    if (end < 0 || found === null) return;
    status = Number(found[1]);
    bytes = bytes.subarray(end + 4);
  }

  function readFrames(): void {
    for (;;) {
      const second = bytes[1] ?? 0;
      const head = second < 126 ? 2 : second === 126 ? 4 : 10;
      if (bytes.length < head) return;
      const length =
        head === 2 ? second : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < head + length) return;
      const payload = Buffer.from(bytes.subarray(head, head + length));
      const opcode = (bytes[0] ?? 0) & 0x0f;
      bytes = bytes.subarray(head + length);
      if (opcode === 1) texts += 1;
      if (opcode === 10) pongs.push(payload);
      if (opcode === 8) close = { code: payload.length < 2 ? undefined : payload.readUInt16BE(0) };
    }
  }

  const finish = (): void => {
    ended = true;
    wake();
  };
  socket.on('data', (part) => {
    bytes = Buffer.concat([bytes, part]);
    if (status === undefined) readHead();
    if (status === 101) readFrames();
    wake();
  });
  socket.on('end', finish).on('close', finish).on('error', finish);

  return {
    now: () => ({ status, texts, pongs, close, ended }),
    until: async (done, ms) => {
      const deadline = performance.now() + ms;
      while (!done()) {
        const left = deadline - performance.now();
        if (left <= 0) return false;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return true;
    },
  };
}
