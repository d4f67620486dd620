import { setTimeout as sleep } from 'node:timers/promises';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import { countBits, without } from '../../audience/bitmap.ts';
import type { Selection } from '../../audience/selection.ts';
import { SHARDS } from '../../audience/shard.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { versionName } from '../queues.ts';

/** How long messages on the wire may take to be answered, ms. Most push services answer well within it. */
const ANSWERS_MS = 2000;
const LOOK_MS = 100;

const NONE = Buffer.alloc(0);

/**
 * The readers that were still to get the version that a silent one is sent in the place of: those of its audience that have
 * no outcome yet. What was aborted or has expired is owed to nobody.
 *
 * A message on the wire has no outcome either. Its answer is awaited for a while, so that its reader does not get both. If
 * none comes, the reader gets both: the second takes the place of the first on the device, without a sound, and without it a
 * reader whom the first did not reach would hear nothing (docs/decisions/0014).
 * @returns for a shard, a bitmap of slots
 */
export async function createOwed(
  deps: {
    readonly alerts: Pick<AlertStore, 'versions'>;
    readonly selection: Pick<Selection, 'frozen'>;
    readonly ledger: Pick<Ledger, 'settledSlots' | 'holders'>;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  },
  alert: EditorAlert,
): Promise<(shard: number) => Promise<Buffer>> {
  const { selection, ledger } = deps;
  const versions = await deps.alerts.versions(alert.id);
  const owing = versions.slice((alert.inPlaceOf?.version ?? alert.version) - 1, alert.version - 1);
  const [first] = owing;
  const isStopped = owing.some(({ status }) => status === 'aborted');
  if (first === undefined || isStopped || Date.parse(first.expiresAt) <= deps.now()) {
    return () => Promise.resolve(NONE);
  }
  const ids = owing.map(({ id, version }) => ({ alertId: id, version }));
  const audience = (shard: number): Promise<Buffer> =>
    selection.frozen(versionName({ alertId: first.id, version: first.version }), shard, 0, -1);

  /** Those of `slots` that have no outcome in any of the versions. */
  async function unsettled(shard: number, slots: Uint8Array): Promise<Uint8Array> {
    const settled = await Promise.all(ids.map((id) => ledger.settledSlots(id, shard, 0, -1)));
    return settled.reduce<Uint8Array>(without, slots);
  }

  /** Whether a run has taken deliveries of which nobody knows yet what became of them. */
  async function isInDoubt(shard: number): Promise<boolean> {
    // The holders first: an outcome is written before the delivery is taken from them.
    const [all, ...holders] = await Promise.all([
      audience(shard),
      ...ids.map((id) => ledger.holders(id, shard, 0, -1)),
    ]);
    const held = all.map((byte, index) => byte & holders.reduce((sum, one) => sum | (one[index] ?? 0), 0));
    return countBits(held) > 0 && countBits(await unsettled(shard, held)) > 0;
  }

  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  for (const end = performance.now() + ANSWERS_MS; performance.now() < end; await sleep(LOOK_MS)) {
    if (!(await Promise.all(shards.map(isInDoubt))).includes(true)) break;
  }
  return async (shard) => Buffer.from(await unsettled(shard, await audience(shard)));
}
