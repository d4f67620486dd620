/** The usual way with `ws`: a loop over its clients that sends the text to each. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { serve } from './serve.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4096, perMessageDeflate: false });
await once(server, 'listening');
serve({
  port: (server.address() as AddressInfo).port,
  publish: (text) => {
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(text);
    }
  },
});
