import type { Answered, Ask } from '../request.ts';
import { NoAnswer } from '../request.ts';
import type { Fault } from './service.ts';

/** An answer of a service that is read as JSON; what is no JSON is undefined. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Answered['headers'];
  readonly body: unknown;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Calls a service that speaks JSON. @returns a fault where there was no answer */
export type Call = (url: string, options?: CallOptions) => Promise<JsonAnswer | { readonly fault: Fault }>;

const REACHED_NOBODY = /^(ENOTPUBLIC|ENOTFOUND|EAI_AGAIN)$/;
const TLS = /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/;
/** Whether an error code of Node.js says that no encrypted connection came about. */
export const isTlsFault = (code: string): boolean => TLS.test(code);

export const createCall =
  (ask: Ask): Call =>
  async (url, { method = 'GET', headers = {}, body } = {}) => {
    try {
      const answered = await ask(new URL(url), {
        method,
        headers: {
          Accept: 'application/json',
          'User-Agent': 'Ajil/1.0',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answered.status, headers: answered.headers, body: readJson(answered.body) };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { fault: faultOf(error) };
    }
  };

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function faultOf({ code, wasSent }: NoAnswer): Fault {
  if (code === 'ENOTPUBLIC') return { reason: 'private-address' };
  if (isTlsFault(code)) return { reason: 'no-tls', detail: code };
  const uncertain = wasSent && !REACHED_NOBODY.test(code) ? ({ isUncertain: true } as const) : {};
  if (code === 'TIMEOUT') return { reason: 'silent', ...uncertain };
  return { reason: 'unreachable', detail: code, ...uncertain };
}

/** What the status alone says. */
export function faultOfStatus(status: number, detail?: string): Fault {
  const said = { status, ...(detail === undefined ? {} : { detail }) };
  if (status >= 500) return { reason: 'broken', ...said };
  if (status >= 300 && status < 400) return { reason: 'odd', ...said };
  if (status === 401) return { reason: 'credentials', ...said };
  if (status === 403) return { reason: 'rights', ...said };
  return { reason: 'refused', ...said };
}
