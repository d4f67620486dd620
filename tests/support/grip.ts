import { once } from 'node:events';
import { createServer, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import type { LiveMessage } from '../../src/live/protocol.ts';

/** An item of a publication, as a proxy takes it. */
export interface PublishedItem {
  readonly channel: string;
  readonly id?: string;
  readonly 'prev-id'?: string;
  readonly formats: { readonly 'http-stream': { readonly content?: string; readonly action?: string } };
}

/** The end of a GRIP proxy that takes publications, and does as it is told. */
export interface PublishEnd {
  readonly url: string;
  readonly items: readonly PublishedItem[];
  /** What the items carry, as readers would get it. */
  messages(): LiveMessage[];
  /** Resolves when so many items have come. */
  until(count: number): Promise<readonly PublishedItem[]>;
  /** The next publications are answered 500, and what they carry is lost. */
  refuse(count: number): void;
  /** Publications that were refused. */
  readonly refused: number;
  stop(): void;
}

export async function startPublishEnd(): Promise<PublishEnd> {
  const items: PublishedItem[] = [];
  let wake: () => void = () => undefined;
  let refusing = 0;
  let refused = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const isRefused = refusing > 0;
      if (isRefused) {
        refusing -= 1;
        refused += 1;
      } else items.push(...(JSON.parse(body) as { items: PublishedItem[] }).items);
      response.writeHead(isRefused ? 500 : 200).end('Published');
      wake();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    items,
    messages: () => items.flatMap((item) => eventsIn(item.formats['http-stream'].content ?? '')),
    until: async (count) => {
      while (items.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return items;
    },
    refuse: (count) => (refusing = count),
    get refused() {
      return refused;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The messages of server-sent events. */
export const eventsIn = (text: string): LiveMessage[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as LiveMessage);

/** `Grip-Sig` as a proxy with a shared key makes it. */
export const gripSignature = (key: string, expires: number | string = '1h'): Promise<string> =>
  new SignJWT({ iss: 'pushpin' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expires)
    .sign(Buffer.from(key));

/** The answer to a proxy's request. */
export interface GripAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** `name; prev-id=place` of the channel. */
  readonly channel: { readonly name: string; readonly place: string } | undefined;
  readonly messages: readonly LiveMessage[];
  /** The answer is whole: a proxy holds the line, or ends it. */
  readonly isWhole: boolean;
}

/** Asks a server as a proxy would. An answer that does not end is cut at its hello. */
export async function askAsProxy(
  port: number,
  query: string,
  headers: Record<string, string>,
): Promise<GripAnswer> {
  const request = get({ port, host: '127.0.0.1', path: `/v1/live?${query}`, headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  const isWhole = await new Promise<boolean>((resolve) => {
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const holds = response.headers['grip-hold'] !== undefined || response.headers['content-length'];
      if (holds === undefined && text.includes('\n\n')) resolve(false);
    });
    response.on('end', () => resolve(true));
  });
  request.destroy();
  const found = /^(\S+); prev-id=(\S+)$/.exec(String(response.headers['grip-channel'] ?? ''));
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    channel: found === null ? undefined : { name: found[1] ?? '', place: found[2] ?? '' },
    messages: eventsIn(text),
    isWhole,
  };
}
