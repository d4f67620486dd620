import type { EditorAlert } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { StoryReader } from '../../alerts/stories/store.ts';
import { countBits } from '../../audience/bitmap.ts';
import type { AudienceQuery, StoryAudience } from '../../audience/schema.ts';
import type { Frozen, FrozenName, Selection } from '../../audience/selection.ts';
import { deliveryLife } from '../delivery-times.ts';
import { SHARDS } from '../../audience/shard.ts';
import { createHolders } from '../ledger/holders.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { versionName, type FanOutJob } from '../queues.ts';
import { createOwed } from './owed.ts';
import { openersBefore, storyAudience } from './story-audience.ts';

/** How many shards are frozen together: the first few at once, because their batches are queued before the others are read. */
const GROUPS = [8, 24, SHARDS - 32];

/** All shards, in the groups in which they are frozen. */
export const SHARD_GROUPS: readonly (readonly number[])[] = GROUPS.map((size, group) => {
  const first = GROUPS.slice(0, group).reduce((sum, one) => sum + one, 0);
  return Array.from({ length: size }, (_, index) => first + index);
});

export interface FreezeDeps {
  readonly alerts: AlertStore;
  readonly stories: Pick<StoryReader, 'get' | 'openers'>;
  readonly selection: Selection;
  readonly ledger: Ledger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Freezes the audience of the version in some shards, and counts it. */
export type Freeze = (shards: readonly number[]) => Promise<readonly Frozen[]>;
type FreezeShard = (shard: number) => Promise<Frozen>;

/**
 * A retraction takes something back: its audience are the readers that have, or may have, an earlier version. A silent
 * version goes to those that were still to get an earlier one. Any other version goes to the readers that want it, and to
 * those that an earlier version was for.
 * @param quiet resolves when no run sends an earlier version any more
 */
export async function createFreeze(
  deps: FreezeDeps,
  job: FanOutJob,
  alert: EditorAlert,
  quiet: Promise<void>,
): Promise<Freeze> {
  const { selection } = deps;
  const { keepSeconds } = deliveryLife(alert);
  const name = versionName(job);
  if (alert.change === 'retraction') {
    const holders = createHolders(deps, job);
    await quiet;
    return counting(deps, job, async (shard) =>
      selection.freezeMembers(name, shard, await holders.all(shard), keepSeconds),
    );
  }
  const before = await versionBefore(deps, alert);
  await freezeEarlier(deps, before);
  if (alert.silent !== true) return freezeWanted(deps, alert, before);
  await quiet;
  const owed = await createOwed(deps, alert);
  return counting(deps, job, async (shard) =>
    selection.freezeMembers(name, shard, await owed(shard), keepSeconds),
  );
}

/** For the readers that want the version, and those that an earlier one was for. */
async function freezeWanted(
  deps: FreezeDeps,
  alert: EditorAlert,
  before: EditorAlert | undefined,
): Promise<Freeze> {
  const story = await storyAudience(deps, alert);
  if (story !== undefined) {
    for (const opener of await openersBefore(deps, alert, story)) await freezeEarlier(deps, opener);
  }
  const { topics, urgency, lang } = alert;
  const query: AudienceQuery = { topics, urgency, lang, story };
  const { keepSeconds } = deliveryLife(alert);
  return counting(
    deps,
    jobOf(alert),
    (shard) => deps.selection.freeze(audienceOf(alert, before), shard, query, keepSeconds),
    story,
  );
}

/**
 * The version whose audience belongs to this one's too. A silent one has only a part of the audience of the version that it
 * is sent in the place of.
 */
async function versionBefore(
  { alerts }: Pick<FreezeDeps, 'alerts'>,
  { id, version, inPlaceOf }: EditorAlert,
): Promise<EditorAlert | undefined> {
  if (inPlaceOf !== undefined) return alerts.get(id, inPlaceOf.version);
  const before = version === 1 ? undefined : await alerts.get(id, version - 1);
  return before?.inPlaceOf === undefined ? before : alerts.get(id, before.inPlaceOf.version);
}

const jobOf = ({ id, version, urgency }: EditorAlert): FanOutJob => ({ alertId: id, version, urgency });

const audienceOf = (alert: EditorAlert, before: EditorAlert | undefined): FrozenName => ({
  name: versionName(jobOf(alert)),
  earlier: before && versionName(jobOf(before)),
});

/**
 * A reader that an earlier version was for gets this one too, and a story's follow-up goes to the readers of its first
 * alert. Where the fan-out of the earlier one has not run (its worker died, or this version superseded it first), its
 * audience is frozen and counted now.
 */
async function freezeEarlier(deps: FreezeDeps, alert: EditorAlert | undefined): Promise<void> {
  if (alert === undefined || alert.status === 'aborted' || alert.status === 'retracted') return;
  const job = jobOf(alert);
  if ((await deps.ledger.state(job)).cut) return;
  const before = await versionBefore(deps, alert);
  await freezeEarlier(deps, before);
  const { keepSeconds, acceptedAtMs } = deliveryLife(alert);
  await deps.ledger.open(job, acceptedAtMs, keepSeconds);
  const freeze = await freezeWanted(deps, alert, before);
  for (const shards of SHARD_GROUPS) await freeze(shards);
}

/**
 * A shard that was empty when first frozen stays empty, although Redis keeps no empty audience.
 * @param story of an alert that goes to everybody, its readers follow the story from then on
 */
function counting(deps: FreezeDeps, job: FanOutJob, freeze: FreezeShard, story?: StoryAudience): Freeze {
  return async (shards) => {
    const frozen = await Promise.all(shards.map(async (shard) => ({ shard, audience: await freeze(shard) })));
    const counts = await deps.ledger.addAudience(
      job,
      frozen.map(({ shard, audience }) => [shard, countBits(audience.all)]),
    );
    const joins = story?.membersOnly === false ? frozen.filter((_, index) => counts[index] !== 0) : [];
    await Promise.all(joins.map(({ shard }) => deps.selection.joinStory(versionName(job), shard, story!)));
    return frozen.map(({ audience }, index) => (counts[index] === 0 ? NOBODY : audience));
  };
}

const NONE = Buffer.alloc(0);
const NOBODY: Frozen = { all: NONE, unproven: NONE, engaged: NONE };
