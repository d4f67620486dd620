import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from './exit.ts';

const TIMEOUT_MS = 20_000;
/** A server that restarts is back within seconds. */
const WAITS_MS = [500, 2000, 5000];

type Json = Readonly<Record<string, unknown>>;

export interface Asked {
  readonly body?: Json | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly body: Json;
  readonly headers: Headers;
}

/** Speaks to a server as an editor, by the editor's own key: so rules, roles and the audit log hold as for everybody. */
export interface ApiClient {
  /**
   * Asks, and repeats what went without an answer. A repetition takes effect once: by the `Idempotency-Key`, or because the
   * alert's status no longer allows it.
   * @throws {CliError} with the server's own words when it refuses
   */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, asked?: Asked): Promise<Answered>;
  /** Each event of a stream (`text/event-stream`), until the server ends it. */
  events(path: string): AsyncGenerator<Json>;
}

export const newIdempotencyKey = (): { 'Idempotency-Key': string } => ({ 'Idempotency-Key': randomUUID() });

/** @throws {CliError} without AJIL_KEY */
export async function openApiClient(env: Record<string, string | undefined>): Promise<ApiClient> {
  const key = env['AJIL_KEY'];
  if (key === undefined || key === '') {
    throw new CliError('Set AJIL_KEY to your API key (an administrator gives it to you).', EXIT.usage);
  }
  const given = env['AJIL_URL'];
  const origin = given === undefined || given === '' ? await publicUrlIn(env) : given.replace(/\/+$/, '');
  if (!URL.canParse(origin))
    throw new CliError('AJIL_URL must be an address such as https://alerts.example', EXIT.usage);

  const ask = (method: string, path: string, { body, headers = {} }: Asked, accept: string) =>
    fetch(origin + path, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        Accept: accept,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A key must not follow a redirect to another site.
      redirect: 'error',
      ...(accept === 'text/event-stream' ? {} : { signal: AbortSignal.timeout(TIMEOUT_MS) }),
    });

  async function askUntilAnswered(method: string, path: string, asked: Asked): Promise<Response> {
    const tryOnce = (): Promise<Response | undefined> =>
      ask(method, path, asked, 'application/json').catch(() => undefined);
    let response = await tryOnce();
    for (const wait of WAITS_MS) {
      if (response !== undefined && response.status !== 503) return response;
      await sleep(wait);
      response = await tryOnce();
    }
    if (response !== undefined) return response;
    throw new CliError(
      `No server answers at ${origin}. Look whether it happened (ajil list) before you try again.`,
      EXIT.redisAway,
    );
  }

  return {
    call: async (method, path, asked = {}) => {
      const response = await askUntilAnswered(method, path, asked);
      const body = (await response.json().catch(() => ({}))) as Json;
      if (!response.ok) throw refusal(response.status, body);
      return { body, headers: response.headers };
    },
    events: async function* events(path) {
      const response = await ask('GET', path, {}, 'text/event-stream').catch(() => undefined);
      if (response === undefined) throw new CliError(`No server answers at ${origin}.`, EXIT.redisAway);
      if (!response.ok || response.body === null) {
        throw refusal(response.status, (await response.json().catch(() => ({}))) as Json);
      }
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body) {
        text += decoder.decode(chunk, { stream: true });
        const lines = text.split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as Json;
      }
    },
  };
}

/** The configuration takes longer to load than a command needs. */
async function publicUrlIn(env: Record<string, string | undefined>): Promise<string> {
  const { loadConfig } = await import('../config.ts');
  return loadConfig(env).publicUrl;
}

interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer?: string; readonly detail: string }[];
}

function refusal(status: number, body: Json): CliError {
  const { title = `The server answered ${status}`, detail = '', errors = [] } = body as ProblemBody;
  const fields = errors.map((error) => `\n  ${error.pointer ?? ''} ${error.detail}`).join('');
  return new CliError(`${title}. ${detail}${fields}`, status === 503 ? EXIT.redisAway : EXIT.failed);
}
