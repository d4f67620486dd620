import type { Alert, Urgency } from '../../alerts/schema.ts';
import { reconnectDelay } from '../backoff.ts';

/** `GET /v1/config`, as far as the reader page needs it. */
export interface PublicConfig {
  readonly vapidPublicKey: string;
  readonly topics: readonly Topic[];
  readonly languages: readonly string[];
  readonly urgencies: readonly Urgency[];
}

export interface Topic {
  readonly id: string;
  readonly names: Readonly<Record<string, string>>;
  readonly default: boolean;
}

export interface AlertPage {
  readonly alerts: readonly Alert[];
  readonly next: string | null;
}

const PAGE = 20;

export const loadConfig = (): Promise<PublicConfig> => getJson('/v1/config');

/** The newest alerts of a topic (undefined: of all) before another alert. */
export function loadAlerts(topic: string | undefined, before?: string): Promise<AlertPage> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (topic !== undefined) query.set('topics', topic);
  if (before !== undefined) query.set('before', before);
  return getJson(`/v1/alerts?${query}`);
}

async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

/** An errand that is tried until it succeeds. */
export interface Persistence {
  /** Tries again now. */
  hurry(): void;
  stop(): void;
}

/** Tries at once, then after waits that grow, and when the network comes back. */
export function persist(attempt: () => Promise<void>, onFailure: () => void): Persistence {
  const stopped = new AbortController();
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let trying = false;

  async function run(): Promise<void> {
    clearTimeout(timer);
    if (trying || stopped.signal.aborted) return;
    trying = true;
    try {
      await attempt();
      stopped.abort();
    } catch {
      if (stopped.signal.aborted) return;
      onFailure();
      timer = setTimeout(hurry, reconnectDelay(failures++));
    } finally {
      trying = false;
    }
  }
  const hurry = (): void => void run();
  addEventListener('online', hurry, { signal: stopped.signal });
  hurry();
  return {
    hurry,
    stop: () => {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}
