import { readFile } from 'node:fs/promises';

/** What the kernel has in use, in bytes. */
export interface KernelMemory {
  /** `Slab` and `PageTables` of /proc/meminfo. */
  readonly slab: number;
  /** Bytes in sockets' buffers: `TCP mem` of /proc/net/sockstat. */
  readonly buffers: number;
  readonly sockets: number;
  /** Bytes by slab cache, of /proc/slabinfo; empty where only root may read it. */
  readonly caches: ReadonlyMap<string, number>;
}

const PAGE = 4096;

export async function kernelMemory(): Promise<KernelMemory> {
  const [meminfo, sockstat, slabinfo] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/net/sockstat', 'utf8'),
    readFile('/proc/slabinfo', 'utf8').catch(() => ''),
  ]);
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  const [, inUse = 0, pages = 0] = /^TCP: inuse (\d+) .* mem (\d+)/m.exec(sockstat)?.map(Number) ?? [];
  const rows = [...slabinfo.matchAll(/^(\S+)\s+\d+\s+(\d+)\s+(\d+)\s/gm)];
  return {
    slab: of('Slab') + of('PageTables'),
    buffers: pages * PAGE,
    sockets: inUse,
    caches: new Map(rows.map(([, name = '', objects, size]) => [name, Number(objects) * Number(size)])),
  };
}

/** What came to it. Of the caches the largest six. */
export function kernelMemoryBetween(before: KernelMemory, after: KernelMemory): KernelMemory {
  const grown = [...after.caches].map(
    ([name, bytes]) => [name, bytes - (before.caches.get(name) ?? 0)] as const,
  );
  return {
    slab: after.slab - before.slab,
    buffers: after.buffers - before.buffers,
    sockets: after.sockets - before.sockets,
    caches: new Map(grown.toSorted(([, a], [, b]) => b - a).slice(0, 6)),
  };
}
