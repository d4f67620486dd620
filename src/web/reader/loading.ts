import type { Alert } from '../../alerts/schema.ts';
import type { PublicConfig } from '../../pages/common/front-page-data.ts';

export interface AlertPage {
  readonly alerts: readonly Alert[];
  readonly next: string | null;
}

const PAGE = 20;

export const loadConfig = (signal: AbortSignal): Promise<PublicConfig> => getJson('/v1/config', { signal });

/** The newest alerts of a topic (undefined: of all), or the alerts before another one. */
export function loadAlerts(
  topic: string | undefined,
  { before, ...init }: { before?: string; signal?: AbortSignal },
): Promise<AlertPage> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (topic !== undefined) query.set('topics', topic);
  if (before !== undefined) query.set('before', before);
  return getJson(`/v1/alerts?${query}`, init);
}

async function getJson<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}
