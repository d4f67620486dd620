import type { Redis } from '../../redis/connect.ts';
import { newsOfOthers } from '../../redis/presence.ts';
import type { Report } from './schema.ts';

export type PacedService = Report['paced'][number];

/** What a worker process tells of itself (presence.ts). */
export interface WorkerNews {
  readonly canary: true;
  readonly paced?: readonly PacedService[];
}

/** Workers tell their news so often; many editors look at a report each second. */
const KEPT_MS = 3000;

/** The push services that now allow the workers only so many messages a minute, all processes together. */
export function createPacedServices(redis: Redis): () => Promise<readonly PacedService[]> {
  let known: Promise<readonly PacedService[]> | undefined;
  let readAt = -Infinity;

  async function read(): Promise<readonly PacedService[]> {
    const sums = new Map<PacedService['service'], number>();
    for (const { paced = [] } of (await newsOfOthers(redis, 'workers', '')) as WorkerNews[]) {
      for (const { service, perMinute } of paced) sums.set(service, (sums.get(service) ?? 0) + perMinute);
    }
    return [...sums].map(([service, perMinute]) => ({ service, perMinute }));
  }

  return () => {
    if (known === undefined || performance.now() - readAt >= KEPT_MS) {
      readAt = performance.now();
      known = read();
      known.catch(() => (known = undefined));
    }
    return known;
  };
}
