import type { AlertStore } from '../alerts/store.ts';
import type { Editor } from '../editors/schema.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { createEndings } from './endings.ts';
import type { Ending, Item } from './item.ts';
import { reason, type Reason } from './reasons.ts';
import type { Source } from './source.ts';
import { whyOver, whyUnasked, type Known } from './known.ts';
import { inNewsroomsLanguage } from './spoken.ts';
import { ignored } from './answers.ts';
import { createSteps, type Step } from './steps.ts';
import {
  ageOf,
  createItemRecords,
  digestOf,
  isTakenBack,
  nameOf,
  NEW_RECORD,
  type Said,
  type ItemRecord,
  type ItemName,
  type Taken,
} from './item-record.ts';
import { translate, whyNoNew, whyNot } from './translate.ts';
import { createTurns } from './turns.ts';

/** The one place that turns items into drafts, alerts, versions and retractions. */
export interface Intake {
  /**
   * The same item again has the same answer, and changes nothing; an older version than one that came is ignored. Nothing
   * passes the newsroom's rules: each step is an author's.
   * @param by the editor who brought the item; undefined: the source itself
   * @throws {Problem} 503 while another process takes in a version of the item; 429; what a rule says of a wrong field
   */
  take(source: Source, item: Item, by?: Editor): Promise<Taken>;
  /**
   * Takes back what was made of an item that has ended, in each of its editions, and remembers it for an item that comes later.
   * @throws as `take`
   */
  end(source: Source, ending: Ending, by?: Editor): Promise<readonly Taken[]>;
}

/** What became of an item, and what the source has said of the alert now. */
interface Outcome {
  readonly taken: Taken;
  readonly alertId: string | null;
  readonly said: Said | null;
}

export function createIntake(deps: {
  readonly redis: Redis;
  readonly alerts: Pick<AlertStore, 'getPublic' | 'read'>;
  readonly newsroom: Newsroom;
  /** In which the newsroom writes. */
  readonly languages: () => Promise<readonly string[]>;
  /** Counts what makes or changes an alert. @throws {Problem} 429 */
  readonly count: (sourceId: string) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Intake {
  const records = createItemRecords(deps);
  const turns = createTurns(deps);
  const steps = createSteps(deps);
  const endings = createEndings({ records, steps });

  /** Of the newest version of an item. */
  async function decide(step: Step, { record, whole, earlier }: Known): Promise<Outcome> {
    const { item, said } = step;
    const isFirst = record.last === null && record.alertId === null;
    const continued = earlier.find((one) => one.record.alertId !== null)?.record;
    const kept = isFirst && continued !== undefined ? continued : record;
    const { alertId, said: before } = kept;
    const pass = (why: Reason): Outcome => ({
      alertId,
      said: before,
      taken: { ...ignored(null, why), alertId },
    });
    if (!isTakenBack(item)) {
      const over = whyOver(item, { record, whole, earlier });
      // It has no part in an alert that another item has.
      if (over !== undefined) return item.edition === null ? pass(over) : { ...pass(over), ...ownOf(record) };
      const why = whyNot(item, said, deps.now());
      if (why !== undefined) return pass(why);
    }
    if (alertId !== null) {
      const unasked = whyUnasked(step, record);
      if (unasked !== undefined) return pass(unasked);
      const taken = await steps.follow({ ...step, before }, alertId);
      if (taken.action === 'ignored') return { alertId, said: before, taken };
      if (!isTakenBack(item)) return { alertId, said, taken };
      // What is only held may come again, as an alert of its own.
      return item.change === 'hold' ? { alertId: null, said: null, taken } : { alertId, said: before, taken };
    }
    if (isTakenBack(item)) return pass(reason('none-made'));
    const why = whyNoNew(item, said, step.source);
    if (why !== undefined) return pass(why);
    const taken = await steps.create(step);
    return taken.action === 'created'
      ? { alertId: taken.alertId, said, taken }
      : { alertId: null, said: null, taken };
  }

  async function readKnown(source: Source, { id, edition, follows }: Item): Promise<Known> {
    const read = (name: ItemName): Promise<ItemRecord> => records.read(source.id, name);
    const readBoth = async (of: string): Promise<{ record: ItemRecord; whole: ItemRecord }> => {
      const record = await read({ id: of, edition });
      return { record, whole: edition === null ? record : await read({ id: of, edition: null }) };
    };
    const [own, ...before] = await Promise.all([id, ...follows].map(readBoth));
    return {
      ...(own ?? { record: NEW_RECORD, whole: NEW_RECORD }),
      earlier: before.map((one, index) => ({ ...one, id: follows[index] ?? '', edition })),
    };
  }

  async function takeAlone(source: Source, given: Item, actor: Editor): Promise<Taken> {
    const known = await readKnown(source, given);
    const { record } = known;
    const age = ageOf(given, record);
    if (age === 'same' && record.last !== null) return record.last.taken;
    const { alertId } = record;
    if (age === 'older') return { ...ignored(null, reason('older-version')), alertId };
    if (age === 'other-text') return { ...ignored(null, reason('other-text')), alertId };
    const digest = digestOf(given);
    const item = given.edition === null ? given : inNewsroomsLanguage(given, await deps.languages());
    const said = translate(item, source, deps.now());
    const key = `${record.last?.digest}\n${digest}`;
    const { taken, ...now } = await decide({ source, item, said, before: null, actor, key }, known);
    const asks = item.asks === undefined ? {} : { asks: item.asks };
    const last = { version: item.version, digest, taken, ...asks };
    await records.write(source.id, written(item, known, { ...record, ...now, last }));
    return taken;
  }

  return {
    take: (source, item, by) => {
      const names = [...new Set([item.id, ...item.follows])].map((id) =>
        keys.intakeTurn(source.id, nameOf(id)),
      );
      // In one order everywhere: two that need the same turns do not wait for each other.
      return turns.take(source.id, names.toSorted(), () => takeAlone(source, item, by ?? asEditor(source)));
    },
    end: (source, ending, by) =>
      turns.take(source.id, [keys.intakeTurn(source.id, nameOf(ending.id))], () =>
        endings.end(source, ending, by ?? asEditor(source)),
      ),
  };
}

const ownOf = ({ alertId, said }: ItemRecord): Pick<Outcome, 'alertId' | 'said'> => ({ alertId, said });

/** More than any message has languages: a `ItemRecord` is read whole. */
const MOST_EDITIONS = 200;

/** What is known after an item was taken in: of itself, of the item as a whole, and of what it continues. */
function written(
  item: Item,
  { whole, earlier }: Known,
  record: ItemRecord,
): (ItemName & { record: ItemRecord })[] {
  const { id, edition } = item;
  const joined = (one: ItemRecord): string[] =>
    edition === null ? one.editions : [...new Set([...one.editions, edition])].slice(0, MOST_EDITIONS);
  const withWhole = (
    of: string,
    one: ItemRecord,
    itsWhole: ItemRecord,
  ): (ItemName & { record: ItemRecord })[] => [
    { id: of, edition, record: one },
    ...(edition === null
      ? []
      : [{ id: of, edition: null, record: { ...itsWhole, editions: joined(itsWhole) } }]),
  ];
  const continued = earlier.flatMap((one) => {
    const { alertId, said } = one.record.alertId === null ? record : one.record;
    return withWhole(one.id, { ...one.record, alertId, said, continuedBy: id }, one.whole);
  });
  return [...withWhole(id, record, whole), ...(isTakenBack(item) ? [] : continued)];
}

/** A source has the rights of an author. */
const asEditor = ({ id }: Source): Editor => ({
  id: `source:${id}`,
  name: id,
  role: 'author',
  createdAt: '',
  revokedAt: null,
});
