import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';

/** How a line ended: refused with a status (`said`: the body, if the answer was not ours), closed with a code, or torn. */
export type LineEnd =
  | { readonly type: 'refused'; readonly status: number; readonly said?: string | undefined }
  | { readonly type: 'closed'; readonly code: number }
  | { readonly type: 'torn'; readonly reason: string };

export interface Line {
  /** Stops reading: the bytes pile up on the way. */
  pause(): void;
  resume(): void;
  /** Ends it from our side; `onEnd` is not called. */
  drop(how: 'politely' | 'by reset'): void;
}

interface LineOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** @param id of the server-sent event */
  readonly onMessage: (text: string, id: string | undefined) => void;
  /** Once. */
  readonly onEnd: (end: LineEnd) => void;
}

/** A frozen server takes connections and says nothing. */
const HANDSHAKE_MS = 3000;

export function openWebSocketLine({ url, headers, onMessage, onEnd }: LineOptions): Line {
  const socket = new WebSocket(url, { headers, handshakeTimeout: HANDSHAKE_MS, perMessageDeflate: false });
  let over = false;
  let torn = 'closed without a close frame';
  const end = (how: LineEnd): void => {
    if (over) return;
    over = true;
    onEnd(how);
  };
  socket.on('message', (data: Buffer) => {
    if (!over) onMessage(data.toString(), undefined);
  });
  socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
    response.resume();
    request.destroy();
    end({ type: 'refused', status: response.statusCode ?? 0 });
  });
  socket.on('error', (error) => (torn = error.message));
  socket.on('close', (code) =>
    end(code === 1006 ? { type: 'torn', reason: torn } : { type: 'closed', code }),
  );
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    drop: (how) => {
      over = true;
      socket.resume();
      if (how === 'politely' && socket.readyState === WebSocket.OPEN) socket.close(1000);
      else socket.terminate();
    },
  };
}

export function openSseLine({ url, headers, onMessage, onEnd }: LineOptions): Line {
  let over = false;
  let incoming: IncomingMessage | undefined;
  const end = (how: LineEnd): void => {
    if (over) return;
    over = true;
    onEnd(how);
  };
  const request = get(url, { headers: { ...headers, accept: 'text/event-stream' }, agent: false });
  const handshake = setTimeout(() => request.destroy(new Error('no answer to the handshake')), HANDSHAKE_MS);
  request.on('response', (response) => {
    clearTimeout(handshake);
    if (response.statusCode !== 200) {
      void foreignWords(response).then((said) =>
        end({ type: 'refused', status: response.statusCode ?? 0, said }),
      );
      return;
    }
    incoming = response;
    let rest = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (!over) readBlock(block, onMessage);
    });
    response.on('error', (error) => end({ type: 'torn', reason: error.message }));
    response.on('close', () => end({ type: 'torn', reason: 'the event stream ended' }));
  });
  request.on('error', (error) => end({ type: 'torn', reason: error.message }));
  request.on('close', () => clearTimeout(handshake));
  return {
    pause: () => void incoming?.pause(),
    resume: () => void incoming?.resume(),
    drop: (how) => {
      over = true;
      if (how === 'by reset') request.socket?.resetAndDestroy();
      request.destroy();
    },
  };
}

/** What another than our servers answered: theirs are problem details. */
async function foreignWords(response: IncomingMessage): Promise<string | undefined> {
  const body = await text(response).catch(() => '');
  return response.headers['content-type']?.startsWith('application/problem+json') ? undefined : body.trim();
}

/** One event of the stream (WHATWG HTML, section 9.2.6); a comment alone is none. */
function readBlock(block: string, onMessage: LineOptions['onMessage']): void {
  const fields = block.split('\n').map((line) => /^([a-z]*): ?(.*)$/.exec(line));
  const value = (name: string): string | undefined => fields.find((field) => field?.[1] === name)?.[2];
  const data = value('data');
  if (data !== undefined) onMessage(data, value('id'));
}
