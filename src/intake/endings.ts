import type { Editor } from '../editors/schema.ts';
import { EMPTY_ITEM, type Ending, type Item } from './item.ts';
import { reason } from './reasons.ts';
import type { Source } from './source.ts';
import { ignored } from './answers.ts';
import type { Steps } from './steps.ts';
import type { Said, ItemRecord, ItemName, ItemRecords, Taken } from './item-record.ts';

/**
 * What the end of an item does to the alerts that were made of it. An item may end before it comes: then nothing is made of it.
 * An item ends at most twice: it is replaced, and later cancelled.
 */
export function createEndings({ records, steps }: { readonly records: ItemRecords; readonly steps: Steps }) {
  async function endOne(
    source: Source,
    ending: Ending,
    edition: string,
    actor: Editor,
  ): Promise<Taken | undefined> {
    const name: ItemName = { id: ending.id, edition };
    const record = await records.read(source.id, name);
    const { alertId } = record;
    if (alertId === null || (await isContinued(source, ending, edition, record))) return undefined;
    const item = itemOf(ending);
    const step = {
      source,
      item,
      said: NOTHING,
      before: record.said,
      actor,
      key: `end\n${ending.by}\n${ending.id}\n${edition}`,
      isReplaced: ending.how === 'replaced',
    };
    const taken = await steps.follow(step, alertId);
    await records.write(source.id, [{ ...name, record: { ...record, alertId: null, said: null } }]);
    return taken;
  }

  /** Whether another item has the alert now. Who cancels an item means its alert all the same. */
  async function isContinued(
    source: Source,
    ending: Ending,
    edition: string,
    record: ItemRecord,
  ): Promise<boolean> {
    if (ending.how === 'cancelled') return false;
    if (record.continuedBy !== null && record.continuedBy !== ending.by) return true;
    const other = await records.read(source.id, { id: ending.by, edition });
    return other.alertId === record.alertId;
  }

  return {
    /** @returns what became of each of its alerts, at least one answer */
    end: async (source: Source, ending: Ending, actor: Editor): Promise<readonly Taken[]> => {
      const { id, by, how, at } = ending;
      const whole = await records.read(source.id, { id, edition: null });
      const before = whole.ended;
      if (before?.by === by && before.how === how) return before.taken;
      if (before?.how === 'cancelled') return [ignored(null, reason('cancelled-before', { item: id }))];
      if (before !== null && before.at > at)
        return [ignored(null, reason('continued-by-newer', { item: id }))];
      const done: Taken[] = [];
      for (const edition of whole.editions) {
        const taken = await endOne(source, ending, edition, actor);
        if (taken !== undefined) done.push(taken);
      }
      const none = reason(how === 'replaced' ? 'nothing-else-made' : 'none-made-of', { item: id });
      const taken = done.length === 0 ? [ignored(null, none)] : done;
      await records.write(source.id, [
        { id, edition: null, record: { ...whole, ended: { by, how, at, taken } } },
      ]);
      return taken;
    },
  };
}

/** What takes something back says nothing of it. */
const NOTHING: Said = {
  headline: '',
  body: null,
  lang: '',
  topics: [],
  urgency: null,
  expiresAt: null,
  sendAt: null,
};

const itemOf = ({ id, at }: Ending): Item => ({
  ...EMPTY_ITEM,
  id,
  version: { number: null, madeAt: at },
  change: 'withdrawal',
});
