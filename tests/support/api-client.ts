import { setTimeout as sleep } from 'node:timers/promises';
import type { NewAlert } from '../../src/alerts/input.ts';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import type { Report } from '../../src/delivery/report/schema.ts';
import type { SubscriptionJson } from './push-service/virtual.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
}

interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The least that an editor says; the rest has defaults. */
export type AlertFields = Pick<NewAlert, 'headline'> & Partial<Omit<NewAlert, 'headline'>>;

/** The HTTP API as its callers use it. */
export interface ApiClient {
  /** Nobody's call, or whose `headers` say. */
  call(path: string, options?: CallOptions): Promise<Answer>;
  /** As the editor with the admin key. */
  asEditor(path: string, options?: CallOptions): Promise<Answer>;
  /** As the one who holds a subscription. */
  asReader(id: string, auth: string, method?: 'GET' | 'DELETE'): Promise<Answer>;
  /** @throws unless the answer is 201 */
  createAlert(fields: AlertFields): Promise<EditorAlert>;
  subscribe(subscription: SubscriptionJson, preferences?: object): Promise<Answer>;
  /** Many, a few at a time (an address may make 3,000 in ten minutes). @returns their ids. @throws unless every answer is 201 */
  subscribeAll(subscriptions: readonly SubscriptionJson[], preferences?: object): Promise<string[]>;
  /** @throws unless there is one */
  report(alertId: string): Promise<Report>;
  /** @throws after `timeoutMs`, with the last report */
  waitForReport(alertId: string, done: (report: Report) => boolean, timeoutMs?: number): Promise<Report>;
}

/** Whether every delivery has an outcome. */
export const isComplete = (report: Report): boolean =>
  report.status === 'sent' && report.outcomes.pending === 0;

/** @param origin of a running server */
export function createApiClient(origin: () => string, adminKey: string): ApiClient {
  async function call(path: string, options: CallOptions = {}): Promise<Answer> {
    const { method = 'GET', body, headers = {} } = options;
    const response = await fetch(origin() + path, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed: unknown = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : parsed };
  }

  const asEditor: ApiClient['asEditor'] = (path, options = {}) =>
    call(path, { ...options, headers: { authorization: `Bearer ${adminKey}`, ...options.headers } });

  function expectStatus(status: number, answer: Answer): unknown {
    if (answer.status === status) return answer.body;
    throw new Error(`answered ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
  }

  const subscribe: ApiClient['subscribe'] = (subscription, preferences = {}) =>
    call('/v1/subscriptions', {
      method: 'POST',
      body: { subscription, topics: ['world'], ...preferences },
    });

  const report: ApiClient['report'] = async (alertId) =>
    expectStatus(200, await asEditor(`/v1/alerts/${alertId}/report`)) as Report;

  return {
    call,
    asEditor,
    asReader: (id, auth, method = 'GET') =>
      call(`/v1/subscriptions/${id}`, { method, headers: { authorization: `Subscription ${auth}` } }),
    createAlert: async (fields) => {
      const body = { lang: 'ar', topics: ['world'], ...fields };
      const answer = await asEditor('/v1/alerts', { method: 'POST', body });
      return expectStatus(201, answer) as EditorAlert;
    },
    subscribe,
    subscribeAll: async (subscriptions, preferences) => {
      const ids: string[] = [];
      const waiting = [...subscriptions.entries()];
      const lane = async (): Promise<void> => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          const answer = await subscribe(next[1], preferences);
          ids[next[0]] = (expectStatus(201, answer) as { id: string }).id;
        }
      };
      await Promise.all(Array.from({ length: 8 }, lane));
      return ids;
    },
    report,
    waitForReport: async (alertId, done, timeoutMs = 20_000) => {
      const deadline = performance.now() + timeoutMs;
      let last = 'none';
      while (performance.now() < deadline) {
        // The fan-out may not have begun, and a server may be on its way back.
        const answer = await asEditor(`/v1/alerts/${alertId}/report`).catch(() => undefined);
        last = JSON.stringify(answer?.body ?? 'no answer');
        if (answer?.status === 200 && done(answer.body as Report)) return answer.body as Report;
        await sleep(50);
      }
      throw new Error(`no such report of ${alertId} within ${timeoutMs} ms; the last: ${last}`);
    },
  };
}
