/** socket.io as it is documented, with WebSocket alone (https://socket.io/docs/v4/emitting-events/#broadcasting). */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { serve } from './serve.ts';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
http.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
await once(http, 'listening');
serve({
  port: (http.address() as AddressInfo).port,
  publish: (text) => {
    io.emit('alert', JSON.parse(text));
  },
});
