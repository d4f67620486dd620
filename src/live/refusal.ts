import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Why a connection is not taken: the HTTP answer, and the label of the metric. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 426 | 503;
  readonly reason:
    'query' | 'origin' | 'path' | 'method' | 'handshake' | 'full' | 'address' | 'draining' | 'behind';
  readonly detail: string;
}

const TITLES: Record<Refusal['status'], string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  426: 'Upgrade Required',
  503: 'Service Unavailable',
};

/** Headers that a status demands. 503: another gateway may have room at once, this one in some seconds. */
const HEADERS: Partial<Record<Refusal['status'], Record<string, string>>> = {
  405: { Allow: 'GET' },
  426: { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
  503: { 'Retry-After': '5' },
};

/** How long a refused client may take to read the answer. */
const READ_MS = 5000;

/** Answers with problem details (RFC 9457). */
export function refuseResponse(response: ServerResponse, refusal: Refusal): void {
  const headers = { 'Content-Type': 'application/problem+json', ...HEADERS[refusal.status] };
  response.writeHead(refusal.status, headers).end(problem(refusal));
}

/** The same on a socket that node:http has let go, and closes it. */
export function refuseUpgrade(socket: Socket, refusal: Refusal): void {
  const body = problem(refusal);
  const upgrade = refusal.status === 426 ? ', Upgrade' : '';
  const headers = {
    'Content-Type': 'application/problem+json',
    ...HEADERS[refusal.status],
    Connection: `close${upgrade}`,
    'Content-Length': Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = `HTTP/1.1 ${refusal.status} ${TITLES[refusal.status]}\r\n${lines.join('\r\n')}\r\n\r\n`;
  const impatience = setTimeout(() => socket.destroy(), READ_MS);
  socket.once('close', () => clearTimeout(impatience));
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.end(head + body);
}

const problem = ({ status, detail }: Refusal): string =>
  JSON.stringify({ type: 'about:blank', status, title: TITLES[status], detail });
