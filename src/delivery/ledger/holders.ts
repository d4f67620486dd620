import type { Selection } from '../../audience/selection.ts';
import type { Ledger } from './ledger.ts';
import { versionName, type FanOutJob } from '../queues.ts';

type VersionId = Pick<FanOutJob, 'alertId' | 'version'>;

interface HoldersDeps {
  readonly ledger: Pick<Ledger, 'holders'>;
  readonly selection: Pick<Selection, 'frozen'>;
}

/** The readers that have, or may have, an earlier version of the alert: only for them a correction corrects something. */
export interface Holders {
  /** Of `slots` (rising) in a shard. */
  of(shard: number, slots: readonly number[]): Promise<(slot: number) => boolean>;
  /** All of a shard, as a bitmap of slots. */
  all(shard: number): Promise<Buffer>;
}

/** The versions before this one, oldest first. */
export const earlierVersions = ({ alertId, version }: VersionId): VersionId[] =>
  Array.from({ length: version - 1 }, (_, index) => ({ alertId, version: index + 1 }));

export function createHolders({ ledger, selection }: HoldersDeps, { alertId, version }: VersionId): Holders {
  const earlier = earlierVersions({ alertId, version });

  /** Bytes `from` to `to`. A slot that was in no earlier audience may have had another reader then. */
  async function read(shard: number, from: number, to: number): Promise<Buffer> {
    const bitmaps = await Promise.all(
      earlier.map(async (one) => {
        const [audience, holders] = await Promise.all([
          selection.frozen(versionName(one), shard, from, to),
          ledger.holders(one, shard, from, to),
        ]);
        return audience.map((byte, index) => byte & (holders[index] ?? 0));
      }),
    );
    const all = Buffer.alloc(Math.max(0, ...bitmaps.map((bitmap) => bitmap.length)));
    for (const bitmap of bitmaps) bitmap.forEach((byte, index) => (all[index] = (all[index] ?? 0) | byte));
    return all;
  }

  return {
    of: async (shard, slots) => {
      const [first, last] = [slots[0], slots.at(-1)];
      if (earlier.length === 0 || first === undefined || last === undefined) return () => false;
      const from = first >> 3;
      const bits = await read(shard, from, last >> 3);
      return (slot) => ((bits[(slot >> 3) - from] ?? 0) & (0x80 >> (slot & 7))) !== 0;
    },
    all: (shard) => read(shard, 0, -1),
  };
}
