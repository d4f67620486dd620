import { z } from 'zod';
import { topicIdSchema } from '../alerts/schema.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';

export const topicSchema = z.object({
  id: topicIdSchema,
  names: z.record(z.string(), z.string()),
  order: z.number().int(),
  default: z.boolean(),
});

/** A topic that readers follow. `names` by BCP 47 language; `default`: ticked for a new reader. */
export type Topic = z.infer<typeof topicSchema>;

export interface TopicStore {
  /** In the order the newsroom gave them. The first call on an empty store seeds it. */
  list(): Promise<readonly Topic[]>;
  /**
   * The ids that a subscription may name: those of the topics, and of topics that the newsroom deleted, because their
   * readers keep them.
   */
  followable(): Promise<ReadonlySet<string>>;
}

const SEED: readonly Topic[] = [
  { id: 'world', names: { ar: 'العالم', en: 'World', fr: 'Monde' }, default: true },
  { id: 'politics', names: { ar: 'سياسة', en: 'Politics', fr: 'Politique' }, default: true },
  { id: 'economy', names: { ar: 'اقتصاد', en: 'Economy', fr: 'Économie' }, default: false },
  { id: 'sport', names: { ar: 'رياضة', en: 'Sport', fr: 'Sport' }, default: false },
  { id: 'technology', names: { ar: 'تكنولوجيا', en: 'Technology', fr: 'Technologie' }, default: false },
  { id: 'ukraine', names: { ar: 'أوكرانيا', en: 'Ukraine', fr: 'Ukraine' }, default: false },
].map((topic, order) => ({ ...topic, order }));

/** Earlier releases stored no `order`: the place in the list is the order. */
const listedSchema = topicSchema.extend({ order: topicSchema.shape.order.optional() });
const deletedSchema = z.strictObject({ id: topicIdSchema, deleted: z.literal(true) });
const storedSchema = z.array(z.union([deletedSchema, listedSchema]));

interface StoredTopics {
  readonly topics: readonly Topic[];
  /** Ids of deleted topics, the latest first. */
  readonly deleted: readonly string[];
}

/** @param stored null if nothing was stored yet */
export function parseTopics(stored: string | null): StoredTopics {
  if (stored === null) return { topics: SEED, deleted: [] };
  const all = storedSchema.parse(JSON.parse(stored));
  return {
    topics: all.flatMap((topic, place) =>
      'deleted' in topic ? [] : [{ ...topic, order: topic.order ?? place }],
    ),
    deleted: all.flatMap((topic) => ('deleted' in topic ? [topic.id] : [])),
  };
}

/** What {@link parseTopics} reads. */
export function writeTopics({ topics, deleted }: StoredTopics): string {
  return JSON.stringify([...topics, ...deleted.map((id) => ({ id, deleted: true }))]);
}

export function createTopicStore(redis: Redis): TopicStore {
  async function read(): Promise<StoredTopics> {
    const stored = await redis.get(keys.topics);
    if (stored === null) await redis.set(keys.topics, JSON.stringify(SEED), 'NX');
    return parseTopics(stored);
  }
  return {
    list: async () => (await read()).topics,
    followable: async () => {
      const { topics, deleted } = await read();
      return new Set([...topics.map(({ id }) => id), ...deleted]);
    },
  };
}

const LOOK_EVERY_MS = 30_000;

/** The ids of the topics for callers that cannot wait for Redis; a new set when they change. */
export interface KnownTopics {
  /** Undefined until the first read. */
  current(): ReadonlySet<string> | undefined;
  close(): void;
}

/** Reads the topics now and every half minute. While Redis is away, the topics of the last read count. */
export function watchTopics(topics: Pick<TopicStore, 'list'>): KnownTopics {
  let known: ReadonlySet<string> | undefined;
  const look = async (): Promise<void> => {
    const ids = (await topics.list()).map(({ id }) => id);
    if (ids.join() !== [...(known ?? [])].join()) known = new Set(ids);
  };
  const lookIfThere = (): void => {
    look().catch(() => undefined);
  };
  lookIfThere();
  const timer = setInterval(lookIfThere, LOOK_EVERY_MS);
  timer.unref();
  return { current: () => known, close: () => clearInterval(timer) };
}
