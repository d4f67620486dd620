import type { TestCertificate } from '../tls.ts';
import { listenForBrowsers, type BrowserAnswer } from './browsers.ts';
import { createChecks } from './checks.ts';
import { createFaults, type Fault, type MetFault } from './faults.ts';
import type { Exchange } from './exchange.ts';
import { listenForPush } from './http.ts';
import {
  createVirtualSubscriptions,
  type BlockDescription,
  type Counts,
  type ReceivedMessage,
  type SizeTally,
} from './virtual.ts';

export interface PushServiceSettings {
  /** `counts`: bodies are dropped once checked, for large audiences. */
  readonly record: 'messages' | 'counts';
  /** The SETTINGS of the HTTP/2 side. FCM's is 100. */
  readonly maxConcurrentStreams: number;
  /** Its name, where it is not on this machine alone. */
  readonly host?: string | undefined;
}

interface Totals extends Counts {
  /** Whole requests, answered or not. */
  readonly requests: number;
  /** Answers given, by status: `{"201": 7}`. */
  readonly answers: Record<string, number>;
  /** Of these, how many a cut connection may have kept from the sender. */
  readonly unheard: number;
  /** Requests that a real push service would have refused as malformed, with why: at most the first 100. */
  readonly refusals: string[];
  readonly connections: { readonly h1: number; readonly h2: number };
}

/** What can be asked of a push service; every argument and result can cross a process boundary. */
export interface PushServiceControl {
  createBlock(size: number, applicationServerKey: string | undefined, keyPairs: number): BlockDescription;
  received(endpoint: string): ReceivedMessage[];
  counts(endpoints: readonly string[]): Counts[];
  totals(): Totals;
  arrivals(): { collapseKey: string; epochMs: number[] }[];
  sizes(collapseKey: string): SizeTally[];
  /** How many messages were taken in from `fromMs` to `toMs` (epoch), repeated ones too. */
  takenBetween(fromMs: number, toMs: number): number;
  addFault(fault: Fault): number;
  clearFaults(id?: number): void;
  setProtocols(protocols: 'h2-and-h1' | 'h1'): void;
  setGoAwayAfter(requests: number | undefined): void;
  cutConnections(): void;
  browserEndpoints(): string[];
  browserAnswers(): BrowserAnswer[];
  browserPosts(endpoint: string): number;
  expireBrowsers(): void;
}

export interface LocalPushService {
  readonly origin: string;
  readonly webSocketUrl: string;
  readonly control: PushServiceControl;
  readonly close: () => Promise<void>;
}

const MAX_KEPT_REFUSALS = 100;
const nowMs = (): number => performance.timeOrigin + performance.now();

/** The push service itself, in this process. */
export async function createPushService(
  certificate: TestCertificate,
  settings: PushServiceSettings,
): Promise<LocalPushService> {
  let origin = '';
  const check = createChecks(() => origin, nowMs);
  const faults = createFaults(nowMs);
  const virtual = createVirtualSubscriptions(() => origin, settings.record === 'messages');
  const browsers = await listenForBrowsers(() => origin);
  const answers: Record<string, number> = {};
  const refusals: string[] = [];
  const takenAt: number[] = [];
  let requests = 0;
  let unheard = 0;
  const timers = new Set<NodeJS.Timeout>();

  function answer(
    exchange: Exchange,
    status: number,
    reason = '',
    headers: Record<string, string> = {},
  ): void {
    answers[status] = (answers[status] ?? 0) + 1;
    const body = reason === '' ? '' : JSON.stringify({ reason });
    const all = body === '' ? headers : { ...headers, 'content-type': 'application/json' };
    exchange.answer(status, all, body);
  }

  function refuse(exchange: Exchange, status: number, reason: string): void {
    if (refusals.length < MAX_KEPT_REFUSALS) refusals.push(`${status} ${reason}`);
    answer(exchange, status, reason);
  }

  function take(exchange: Exchange, recipient: NonNullable<ReturnType<typeof find>>): void {
    const { headers } = exchange;
    const receivedAt = nowMs();
    takenAt.push(receivedAt);
    recipient.take({
      collapseKey: String(headers['topic'] ?? ''),
      ttl: Number(headers['ttl']),
      urgency: String(headers['urgency'] ?? 'normal'),
      body: exchange.body,
      receivedAt,
    });
  }

  function accept(exchange: Exchange, recipient: NonNullable<ReturnType<typeof find>>): void {
    take(exchange, recipient);
    answer(exchange, 201, '', { location: `${origin}/m/1`, ttl: String(exchange.headers['ttl']) });
  }

  function find(path: string) {
    return virtual.find(path) ?? browsers.find(path);
  }

  function suffer(
    exchange: Exchange,
    recipient: NonNullable<ReturnType<typeof find>>,
    [met, ...rest]: readonly MetFault[],
  ): void {
    if (met === undefined) return accept(exchange, recipient);
    const { effect } = met;
    if (effect.type === 'latency') {
      const timer = setTimeout(() => {
        timers.delete(timer);
        suffer(exchange, recipient, rest);
      }, effect.ms);
      timers.add(timer);
      return;
    }
    if (effect.type === 'answer') {
      const { location } = effect;
      const headers = {
        ...retryAfter(effect.retryAfter, met.endsAt),
        ...(location === undefined ? {} : { location }),
      };
      return answer(exchange, effect.status, effect.reason ?? `Fault${effect.status}`, headers);
    }
    if (effect.taken === true) take(exchange, recipient);
    if (effect.type === 'reset') unheard += exchange.cut();
  }

  function onExchange(exchange: Exchange): void {
    requests += 1;
    const recipient = find(exchange.path);
    if (exchange.method !== 'POST') return refuse(exchange, 405, 'MethodNotAllowed');
    if (recipient === undefined) return refuse(exchange, 404, 'UnknownSubscription');
    const refusal = check(exchange, recipient.applicationServerKey);
    if (refusal !== undefined) return refuse(exchange, refusal.status, refusal.reason);
    if ('gone' in recipient && recipient.gone) return answer(exchange, 410, 'Unregistered');
    suffer(exchange, recipient, faults.meet(recipient.endpoint));
  }

  const http = await listenForPush({
    certificate,
    maxConcurrentStreams: settings.maxConcurrentStreams,
    bind: settings.host === undefined ? '127.0.0.1' : '0.0.0.0',
    onExchange,
  });
  origin = `https://${settings.host ?? 'localhost'}:${http.port}`;

  return {
    origin,
    webSocketUrl: browsers.url,
    control: {
      createBlock: (size, applicationServerKey, keyPairs) =>
        virtual.create({ size, applicationServerKey, keyPairs }),
      received: (endpoint) => virtual.received(endpoint),
      counts: (endpoints) => endpoints.map((endpoint) => virtual.counts(endpoint)),
      totals: () => ({
        ...virtual.all(),
        requests,
        unheard,
        answers: { ...answers },
        refusals: [...refusals],
        connections: { ...http.connections },
      }),
      arrivals: () => virtual.arrivals(),
      sizes: (collapseKey) => virtual.sizes(collapseKey),
      takenBetween: (fromMs, toMs) => takenAt.filter((at) => at >= fromMs && at <= toMs).length,
      addFault: (fault) => faults.add(fault),
      clearFaults: (id) => faults.clear(id),
      setProtocols: (protocols) => http.setProtocols(protocols),
      setGoAwayAfter: (requests) => http.setGoAwayAfter(requests),
      cutConnections: () => http.cutAll(),
      browserEndpoints: () => browsers.endpoints(),
      browserAnswers: () => browsers.answers(),
      browserPosts: (endpoint) => browsers.posts(endpoint),
      expireBrowsers: () => browsers.expireAll(),
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([http.close(), browsers.close()]);
    },
  };
}

function retryAfter(form: 'seconds' | 'date' | undefined, endsAt: number): Record<string, string> {
  if (form === undefined) return {};
  const seconds = Number.isFinite(endsAt) ? Math.max(1, Math.ceil((endsAt - nowMs()) / 1000)) : 1;
  // A date has whole seconds only: rounded up, so that it never names a moment before the end of the fault.
  const date = new Date(Math.ceil(nowMs() / 1000 + seconds) * 1000).toUTCString();
  return { 'retry-after': form === 'seconds' ? String(seconds) : date };
}
