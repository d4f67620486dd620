/** A push service for benches where nginx is missing: `node:http2` in a process of its own, certificate on standard input. */
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const { cert, key } = JSON.parse(await text(process.stdin)) as { cert: string; key: string };
const server = createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(201).end());
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('SIGTERM', () => process.exit(0));
