import { once } from 'node:events';
import { createServer as createHttp1 } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import type { TestCertificate } from '../tls.ts';
import { collectBody, ignore, type Exchange } from './exchange.ts';
import { createHttp2Side, type Http2Side } from './http2-side.ts';

export interface PushHttp extends Pick<Http2Side, 'setGoAwayAfter'> {
  readonly port: number;
  /** How many connections were opened, by protocol. */
  readonly connections: { h1: number; h2: number };
  /** What new connections may speak. */
  setProtocols(protocols: 'h2-and-h1' | 'h1'): void;
  /** Cuts every open connection. */
  cutAll(): void;
  close(): Promise<void>;
}

/** HTTP/2 and HTTP/1.1 over TLS, as ALPN decides. */
export async function listenForPush(options: {
  certificate: TestCertificate;
  maxConcurrentStreams: number;
  /** The address to listen on. */
  bind: string;
  onExchange: (exchange: Exchange) => void;
}): Promise<PushHttp> {
  const connections = { h1: 0, h2: 0 };
  const sockets = new Set<Socket>();
  let offerHttp2 = true;
  const http2 = createHttp2Side(options);
  const http1 = createHttp1((request, response) => {
    response.on('error', ignore);
    collectBody(request, (body, complete) =>
      options.onExchange({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
        answer: (status, extra, text) => {
          if (response.destroyed || response.headersSent) return;
          response.writeHead(status, complete ? extra : { ...extra, connection: 'close' });
          response.end(text);
        },
        cut: () => {
          request.socket.destroy();
          return 0; // one request at a time
        },
      }),
    );
  });

  function choose(offered: readonly string[]): string | undefined {
    return ['h2', 'http/1.1'].find((name) => offered.includes(name) && (offerHttp2 || name !== 'h2'));
  }

  const { key, cert } = options.certificate;
  const tls = createTls({ key, cert, ALPNCallback: ({ protocols }) => choose(protocols) }, (socket) => {
    socket.on('error', ignore);
    socket.setNoDelay(true);
    const isHttp2 = socket.alpnProtocol === 'h2';
    connections[isHttp2 ? 'h2' : 'h1'] += 1;
    if (isHttp2) http2.takeOver(socket);
    else http1.emit('connection', socket);
  });
  tls.on('tlsClientError', ignore);
  tls.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  tls.listen(0, options.bind);
  await once(tls, 'listening');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (tls.address() as AddressInfo).port,
    connections,
    setProtocols: (protocols) => {
      offerHttp2 = protocols === 'h2-and-h1';
    },
    setGoAwayAfter: (requests) => http2.setGoAwayAfter(requests),
    cutAll,
    close: async () => {
      const closed = once(tls, 'close');
      tls.close();
      cutAll();
      http1.close();
      await closed;
    },
  };
}
