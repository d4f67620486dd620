import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { endWith } from '../../http/http-faults.ts';

/** Why a connection is refused: `code` is from the API's table of problems, `reason` is the label of the metric. */
export interface Refusal {
  readonly code:
    | 'malformed-request'
    | 'invalid-query'
    | 'forbidden'
    | 'not-found'
    | 'method-not-allowed'
    | 'upgrade-required'
    | 'unavailable';
  readonly reason:
    | 'query'
    | 'origin'
    | 'path'
    | 'method'
    | 'handshake'
    | 'full'
    | 'address'
    | 'draining'
    | 'behind'
    | 'proxy';
  readonly detail: string;
  /** Every field of the query that is wrong. */
  readonly errors?: readonly QueryError[];
}

export interface QueryError {
  readonly parameter: string;
  readonly detail: string;
}

/** Makes the problem details (RFC 9457) of a refusal, like those of the API. @param id a UUID for this occurrence */
export type DescribeRefusal = (refusal: Refusal, id: string) => { readonly status: number };

/** Headers that a problem demands. 503: another gateway may have room now, and this gateway in some seconds. */
const HEADERS: Partial<Record<Refusal['code'], Record<string, string>>> = {
  'method-not-allowed': { Allow: 'GET' },
  'upgrade-required': { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
  unavailable: { 'Retry-After': '5' },
};

const headersOf = ({ code }: Refusal): Record<string, string> => ({
  'Content-Type': 'application/problem+json',
  'Cache-Control': 'no-store',
  ...HEADERS[code],
});

const ID_HEADER = 'X-Request-Id';

/** Answers with problem details, under the id that the API has given the request. */
export function refuseResponse(response: ServerResponse, refusal: Refusal, describe: DescribeRefusal): void {
  const body = describe(refusal, String(response.getHeader(ID_HEADER) ?? randomUUID()));
  response.writeHead(body.status, headersOf(refusal)).end(JSON.stringify(body));
}

/** Does the same on a socket that node:http has released, and closes it. */
export function refuseUpgrade(socket: Socket, refusal: Refusal, describe: DescribeRefusal): void {
  const id = randomUUID();
  const { status, ...rest } = describe(refusal, id);
  const body = JSON.stringify({ status, ...rest });
  const upgrade = refusal.code === 'upgrade-required' ? ', Upgrade' : '';
  const headers = { ...headersOf(refusal), [ID_HEADER]: id, Connection: `close${upgrade}` };
  endWith(socket, status, headers, body);
}
