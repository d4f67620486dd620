import type { AlertStore } from '../alerts/store.ts';
import type { Editor } from '../editors/schema.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import type { Item } from './item.ts';
import type { Source } from './source.ts';
import { createSteps, ignored, OTHER_TEXT, type Step } from './steps.ts';
import {
  ageOf,
  createStoryStore,
  digestOf,
  isTakenBack,
  nameOf,
  NEW_STORY,
  type Said,
  type Story,
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
  /** Counts what makes or changes an alert. @throws {Problem} 429 */
  readonly count: (sourceId: string) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Intake {
  const stories = createStoryStore(deps);
  const turns = createTurns(deps);
  const steps = createSteps(deps);

  /** Of the newest version of an item. @param earlier the item that this one continues */
  async function decide(step: Step, story: Story, earlier: Story): Promise<Outcome> {
    const { item, said } = step;
    const isFirst = story.last === null && story.alertId === null;
    const kept = isFirst && earlier.alertId !== null ? earlier : story;
    const { alertId, said: before } = kept;
    const pass = (reason: string): Outcome => ({
      alertId,
      said: before,
      taken: { ...ignored(null, reason), alertId },
    });
    if (!isTakenBack(item)) {
      const why = whyNot(item, said, deps.now());
      if (why !== undefined) return pass(why);
      if (story.continuedBy !== null) return pass(`the source has continued it as ${story.continuedBy}`);
    }
    if (alertId !== null) {
      const taken = await steps.follow({ ...step, before }, alertId);
      if (taken.action === 'ignored') return { alertId, said: before, taken };
      if (!isTakenBack(item)) return { alertId, said, taken };
      // What is only held may come again, as an alert of its own.
      return item.change === 'hold' ? { alertId: null, said: null, taken } : { alertId, said: before, taken };
    }
    if (isTakenBack(item)) return pass('no alert was made of the item');
    const why = whyNoNew(item, said);
    if (why !== undefined) return pass(why);
    const taken = await steps.create(step);
    return taken.action === 'created'
      ? { alertId: taken.alertId, said, taken }
      : { alertId: null, said: null, taken };
  }

  async function takeAlone(source: Source, item: Item, actor: Editor): Promise<Taken> {
    const [story, earlier] = await Promise.all([
      stories.read(source.id, item.id),
      item.follows === null ? NEW_STORY : stories.read(source.id, item.follows),
    ]);
    const age = ageOf(item, story);
    if (age === 'same' && story.last !== null) return story.last.taken;
    const { alertId } = story;
    if (age === 'older') return { ...ignored(null, 'a newer version of the item came before'), alertId };
    if (age === 'other-text') return { ...ignored(null, OTHER_TEXT), alertId };
    const digest = digestOf(item);
    const said = translate(item, source, deps.now());
    const key = `${story.last?.digest}\n${digest}`;
    const { taken, ...now } = await decide({ source, item, said, before: null, actor, key }, story, earlier);
    const last = { version: item.version, digest, taken };
    const known: { id: string; story: Story }[] = [{ id: item.id, story: { ...story, ...now, last } }];
    if (item.follows !== null && !isTakenBack(item)) {
      const { alertId, said: before } = earlier.alertId === null ? now : earlier;
      const story = { last: earlier.last, alertId, said: before, continuedBy: item.id };
      known.push({ id: item.follows, story });
    }
    await stories.write(source.id, known);
    return taken;
  }

  return {
    take: (source, item, by) => {
      const ids = item.follows === null ? [item.id] : [item.id, item.follows];
      const names = ids.map((id) => keys.intakeTurn(source.id, nameOf(id)));
      return turns.take(source.id, names, () => takeAlone(source, item, by ?? asEditor(source)));
    },
  };
}

/** A source has the rights of an author. */
const asEditor = ({ id }: Source): Editor => ({
  id: `source:${id}`,
  name: id,
  role: 'author',
  createdAt: '',
  revokedAt: null,
});
