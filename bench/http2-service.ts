/**
 * A push service for benches where nginx is missing: `node:http2` in a process of its own, certificate on standard input.
 * Argument: a file that gets a line for each message, the second it was taken, to the millisecond; optional.
 */
import { createWriteStream } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const [file] = process.argv.slice(2);
const log = file === undefined ? undefined : createWriteStream(file);
const { cert, key } = JSON.parse(await text(process.stdin)) as { cert: string; key: string };
const server = createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(201).end();
    log?.write(`${(Date.now() / 1000).toFixed(3)}\n`);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('SIGTERM', () => process.exit(0));
