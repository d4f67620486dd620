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
  createStoryStore,
  digestOf,
  isTakenBack,
  nameOf,
  NEW_STORY,
  type Said,
  type Story,
  type StoryName,
  type Taken,
} from './story.ts';
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
  const stories = createStoryStore(deps);
  const turns = createTurns(deps);
  const steps = createSteps(deps);
  const endings = createEndings({ stories, steps });

  /** Of the newest version of an item. */
  async function decide(step: Step, { story, whole, earlier }: Known): Promise<Outcome> {
    const { item, said } = step;
    const isFirst = story.last === null && story.alertId === null;
    const continued = earlier.find((one) => one.story.alertId !== null)?.story;
    const kept = isFirst && continued !== undefined ? continued : story;
    const { alertId, said: before } = kept;
    const pass = (why: Reason): Outcome => ({
      alertId,
      said: before,
      taken: { ...ignored(null, why), alertId },
    });
    if (!isTakenBack(item)) {
      const over = whyOver(item, { story, whole, earlier });
      // It has no part in an alert that another item has.
      if (over !== undefined) return item.edition === null ? pass(over) : { ...pass(over), ...ownOf(story) };
      const why = whyNot(item, said, deps.now());
      if (why !== undefined) return pass(why);
    }
    if (alertId !== null) {
      const unasked = whyUnasked(step, story);
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
    const read = (name: StoryName): Promise<Story> => stories.read(source.id, name);
    const readBoth = async (of: string): Promise<{ story: Story; whole: Story }> => {
      const story = await read({ id: of, edition });
      return { story, whole: edition === null ? story : await read({ id: of, edition: null }) };
    };
    const [own, ...before] = await Promise.all([id, ...follows].map(readBoth));
    return {
      ...(own ?? { story: NEW_STORY, whole: NEW_STORY }),
      earlier: before.map((one, index) => ({ ...one, id: follows[index] ?? '', edition })),
    };
  }

  async function takeAlone(source: Source, given: Item, actor: Editor): Promise<Taken> {
    const known = await readKnown(source, given);
    const { story } = known;
    const age = ageOf(given, story);
    if (age === 'same' && story.last !== null) return story.last.taken;
    const { alertId } = story;
    if (age === 'older') return { ...ignored(null, reason('older-version')), alertId };
    if (age === 'other-text') return { ...ignored(null, reason('other-text')), alertId };
    const digest = digestOf(given);
    const item = given.edition === null ? given : inNewsroomsLanguage(given, await deps.languages());
    const said = translate(item, source, deps.now());
    const key = `${story.last?.digest}\n${digest}`;
    const { taken, ...now } = await decide({ source, item, said, before: null, actor, key }, known);
    const asks = item.asks === undefined ? {} : { asks: item.asks };
    const last = { version: item.version, digest, taken, ...asks };
    await stories.write(source.id, written(item, known, { ...story, ...now, last }));
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

const ownOf = ({ alertId, said }: Story): Pick<Outcome, 'alertId' | 'said'> => ({ alertId, said });

/** More than any message has languages: a `Story` is read whole. */
const MOST_EDITIONS = 200;

/** What is known after an item was taken in: of itself, of the item as a whole, and of what it continues. */
function written(item: Item, { whole, earlier }: Known, story: Story): (StoryName & { story: Story })[] {
  const { id, edition } = item;
  const joined = (one: Story): string[] =>
    edition === null ? one.editions : [...new Set([...one.editions, edition])].slice(0, MOST_EDITIONS);
  const withWhole = (of: string, one: Story, itsWhole: Story): (StoryName & { story: Story })[] => [
    { id: of, edition, story: one },
    ...(edition === null
      ? []
      : [{ id: of, edition: null, story: { ...itsWhole, editions: joined(itsWhole) } }]),
  ];
  const continued = earlier.flatMap((one) => {
    const { alertId, said } = one.story.alertId === null ? story : one.story;
    return withWhole(one.id, { ...one.story, alertId, said, continuedBy: id }, one.whole);
  });
  return [...withWhole(id, story, whole), ...(isTakenBack(item) ? [] : continued)];
}

/** A source has the rights of an author. */
const asEditor = ({ id }: Source): Editor => ({
  id: `source:${id}`,
  name: id,
  role: 'author',
  createdAt: '',
  revokedAt: null,
});
