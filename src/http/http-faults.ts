import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A fault that a request has before it is served. */
export type HttpFault =
  'malformed-request' | 'request-timeout' | 'headers-too-large' | 'expectation-failed' | 'unavailable';

/** Makes the body of the answer. @param id a UUID for this occurrence */
export type DescribeFault = (fault: HttpFault, id: string) => { readonly status: number };

const STATUSES: Readonly<Record<HttpFault, number>> = {
  'malformed-request': 400,
  'request-timeout': 408,
  'expectation-failed': 417,
  'headers-too-large': 431,
  unavailable: 503,
};

export const describePlainly: DescribeFault = (fault) => ({ status: STATUSES[fault] });

/** How long a client may take to read the answer that ends its connection. Milliseconds. */
const READ_MS = 5000;

/** The fault behind an error of node:http's parser. */
export function faultOf(error: NodeJS.ErrnoException): HttpFault {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return 'malformed-request';
}

/** Whether a request has one Host field at most. With two, it is unclear which one is meant (RFC 9112, section 3.2). */
export function holdsOneHost({ rawHeaders }: IncomingMessage): boolean {
  const names = rawHeaders.filter((_text, index) => index % 2 === 0);
  return names.filter((name) => name.toLowerCase() === 'host').length <= 1;
}

export function answerFault(response: ServerResponse, fault: HttpFault, describe: DescribeFault): void {
  const { headers, body, status } = faultAnswer(fault, describe);
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'Content-Length': length, Connection: 'close' }).end(body);
}

/** Does the same on a socket that has no response of node:http, and closes it. */
export function endWithFault(socket: Socket, fault: HttpFault, describe: DescribeFault): void {
  const { headers, body, status } = faultAnswer(fault, describe);
  endWith(socket, status, { ...headers, Connection: 'close' }, body);
}

/** Writes a whole answer. Ends the connection when the client has read the answer, or had time to. */
export function endWith(
  socket: Socket,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  const all = { ...headers, 'Content-Length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const impatience = setTimeout(() => socket.destroy(), READ_MS);
  socket.once('close', () => clearTimeout(impatience));
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

function faultAnswer(fault: HttpFault, describe: DescribeFault) {
  const id = randomUUID();
  const { status, ...rest } = describe(fault, id);
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': id,
  };
  return { status, headers, body: JSON.stringify({ status, ...rest }) };
}
