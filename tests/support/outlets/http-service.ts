import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Mood } from './fake.ts';

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  // oxlint-disable-next-line typescript/no-explicit-any -- fakes look into bodies of every shape
  readonly body: any;
}
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** A server that speaks JSON. @param answer does what a call wants @param moody of calls that the mood spoils */
export async function startHttpService(
  answer: (call: FakeCall) => FakeAnswer,
  moods: {
    readonly mood: () => Mood;
    readonly isMoody: (call: FakeCall) => boolean;
    readonly refusals: Readonly<Record<'broken' | 'busy' | 'shut', () => FakeAnswer>>;
  },
): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://fake');
      const { pathname: path, searchParams: query } = url;
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const call = { method: request.method ?? '', path, query, headers: request.headers, body };
      const mood = moods.isMoody(call) ? moods.mood() : 'well';
      if (mood === 'hangs') return;
      const answered = mood === 'well' || mood === 'lost' ? answer(call) : moods.refusals[mood]();
      if (mood === 'lost') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answered.status, { 'Content-Type': 'application/json', ...answered.headers });
      response.end(JSON.stringify(answered.body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
