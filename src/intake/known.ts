import type { Item } from './item.ts';
import { reason, type Reason } from './reasons.ts';
import type { Step } from './steps.ts';
import { isTakenBack, type ItemRecord, type ItemName } from './item-record.ts';

/** What is known of an item, and of what came before it. */
export interface Known {
  readonly record: ItemRecord;
  /** The item as a whole; where it has no editions, its record. */
  readonly whole: ItemRecord;
  /** What it continues, in the same edition, the newest first. */
  readonly earlier: readonly (ItemName & { readonly record: ItemRecord; readonly whole: ItemRecord })[];
}

/** Why nothing is made of an item any more; undefined: it may be. */
export function whyOver(item: Item, { record, whole, earlier }: Known): Reason | undefined {
  const { ended } = whole;
  if (ended?.how === 'cancelled') return reason('cancelled-by', { item: ended.by });
  const by = ended?.by ?? record.continuedBy;
  if (by !== null && by !== item.id) return reason('continued-as', { item: by });
  const newer = earlier.find((one) => isNewer(one.whole, item));
  return newer === undefined ? undefined : reason('continued-by-newer', { item: newer.id });
}

/**
 * Why a change is none that its editor asked for; undefined: it is, or the source sends what is meant. A tag that stays asks once.
 */
export function whyUnasked({ item, source }: Step, { last }: ItemRecord): Reason | undefined {
  const { asks } = item;
  if (asks === undefined || (asks !== null && asks !== last?.asks)) return undefined;
  if (!isTakenBack(item)) return reason(item.marks === undefined ? 'made-before' : 'plain-edit');
  return source.unpublished === 'retract' ? undefined : reason('left-alone');
}

/** Whether what ended an item is newer than another item that would continue it. */
const isNewer = ({ ended }: ItemRecord, item: Item): boolean =>
  ended !== null && ended.how === 'replaced' && ended.by !== item.id && ended.at > (item.version.madeAt ?? 0);
