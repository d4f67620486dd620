import type { IncomingMessage } from 'node:http';
import { CANARY_ADDRESS, CANARY_FILTER, CANARY_HEADER, type CanaryProofs } from '../canary.ts';
import { addressBucket } from '../../http/client-address.ts';
import { parseCursor, type Cursor } from '../log/cursor.ts';
import type { LiveLimits } from './limits.ts';
import type { LiveFilter } from '../protocol.ts';
import { parseLiveQuery } from './query.ts';
import type { Refusal } from './refusal.ts';

export interface Admitted {
  readonly filter: LiveFilter;
  readonly since: Cursor | undefined;
  /** Pass it to {@link Admission.leave} when the connection is closed. */
  readonly address: string;
}

/** Decides whether a request may open a connection, and counts connections. */
export interface Admission {
  readonly open: number;
  /** Judges a request, and counts nothing. */
  judge(request: IncomingMessage): Admitted | Refusal;
  enter(address: string): void;
  leave(address: string): void;
  /** Refuses all requests from now on. */
  shut(): void;
}

export function createAdmission(deps: {
  limits: Pick<LiveLimits, 'connections' | 'perAddress'>;
  allowedOrigins: readonly string[];
  addressOf: (request: IncomingMessage) => string;
  /** None: there is no canary. */
  canary?: Pick<CanaryProofs, 'isValid'> | undefined;
}): Admission {
  const { limits } = deps;
  const perAddress = new Map<string, number>();
  let open = 0;
  let shut = false;

  function refusal(request: IncomingMessage, address: string): Refusal | undefined {
    const { origin } = request.headers;
    if (
      origin !== undefined &&
      !deps.allowedOrigins.includes(origin) &&
      !isOwn(origin, request.headers.host)
    ) {
      const detail = 'this origin may not open the live line: add it to ALLOWED_ORIGINS';
      return { code: 'forbidden', reason: 'origin', detail };
    }
    if (shut) return { code: 'unavailable', reason: 'draining', detail: 'this gateway is shutting down' };
    if (open >= limits.connections) {
      return {
        code: 'unavailable',
        reason: 'full',
        detail: 'this gateway has no room for another connection',
      };
    }
    if ((perAddress.get(address) ?? 0) >= limits.perAddress) {
      return { code: 'unavailable', reason: 'address', detail: 'this address has too many connections' };
    }
    return undefined;
  }

  return {
    get open() {
      return open;
    },
    judge: (request) => {
      const { path, query } = splitTarget(request.url ?? '');
      if (path !== '/v1/live')
        return { code: 'not-found', reason: 'path', detail: 'the live line is at /v1/live' };
      if (deps.canary?.isValid(request.headers[CANARY_HEADER]) === true) {
        return { filter: CANARY_FILTER, since: undefined, address: CANARY_ADDRESS };
      }
      const address = addressBucket(deps.addressOf(request));
      const refused = refusal(request, address);
      if (refused !== undefined) return refused;
      const parsed = parseLiveQuery(new URLSearchParams(query));
      if (!parsed.ok) {
        const detail = 'Correct the parameters named in errors.';
        return { code: 'invalid-query', reason: 'query', detail, errors: parsed.errors };
      }
      return { filter: parsed.filter, since: parsed.cursor, address };
    },
    enter: (address) => {
      if (address === CANARY_ADDRESS) return;
      open += 1;
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
    },
    leave: (address) => {
      if (address === CANARY_ADDRESS) return;
      open -= 1;
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    },
    shut: () => {
      shut = true;
    },
  };
}

/** The same, with the place that an event stream resumes at: its `Last-Event-ID` (WHATWG HTML, section 9.2.4) counts before its query. */
export function resumed(admitted: Admitted, request: IncomingMessage): Admitted {
  const last = request.headers['last-event-id'];
  return typeof last === 'string' ? { ...admitted, since: parseCursor(last) } : admitted;
}

/** Whether the page is ours although it was reached by another name than PUBLIC_URL, such as an IP address. */
const isOwn = (origin: string, host: string | undefined): boolean =>
  URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && new URL(origin).host === host;

/** A request's target is a path, or a whole URL (RFC 9112, section 3.2.2). */
function splitTarget(target: string): { path: string; query: string } {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  return mark === -1
    ? { path: local, query: '' }
    : { path: local.slice(0, mark), query: local.slice(mark + 1) };
}
