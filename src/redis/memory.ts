import { Cluster } from 'ioredis';
import type { Redis } from './connect.ts';
import { infoField } from './info.ts';

/** What may be left out is stored only while Redis uses at most this share of the memory that it may use. */
const MOST_SHARE = 0.75;
const ASK_EVERY_MS = 10_000;

export interface MemoryWatch {
  /** No node is near its `maxmemory`, or, where it has none, its machine's memory. True where Redis does not tell. */
  hasRoom(): Promise<boolean>;
}

export function createMemoryWatch({ redis, now }: { redis: Redis; now: () => number }): MemoryWatch {
  let askedAt = -Infinity;
  let answer = true;
  return {
    hasRoom: async () => {
      if (now() - askedAt < ASK_EVERY_MS) return answer;
      const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
      const infos = await Promise.all(nodes.map((node) => node.info('memory').catch(() => '')));
      answer = infos.every(memoryHasRoom);
      askedAt = now();
      return answer;
    },
  };
}

/** @param info what `INFO memory` answers */
export function memoryHasRoom(info: string): boolean {
  const field = (name: string): number => Number(infoField(info, name) ?? 0);
  const most = field('maxmemory') || field('total_system_memory');
  return most === 0 || field('used_memory') <= most * MOST_SHARE;
}
