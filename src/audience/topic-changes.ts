import type { AuditLog } from '../editors/audit.ts';
import { SET_TEXT } from '../editors/scripts/set-text.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { parseTopics, writeTopics, type Topic } from './topics.ts';

/** Because every page and `GET /v1/config` hold all of them. */
export const MOST_TOPICS = 200;

/** Deleted topics that subscriptions may still name. Of more, those that were deleted first are forgotten. */
const MOST_DELETED = 1000;

/**
 * What editors do to the topics. Each change is written together with its audit entry. Alerts and subscriptions name a
 * topic by its id, so they keep a topic that was removed, and have it again when it is put back.
 */
export interface TopicChanges {
  /**
   * @param onlyNew a topic that is there is left as it is
   * @returns `full` when there are too many topics, `taken` when only a new one was wanted; nothing is changed then
   */
  put(topic: Topic, editorId: string, onlyNew?: boolean): Promise<'created' | 'changed' | 'full' | 'taken'>;
  remove(id: string, editorId: string): Promise<'removed' | 'missing'>;
}

interface Change<Result> {
  readonly result: Result;
  /** Undefined when nothing changes. `action` is for the audit log. */
  readonly write?: { readonly action: string; readonly topics: readonly Topic[] };
}

/** The deleted topics after a change. */
const stillDeleted = (
  before: { readonly topics: readonly Topic[]; readonly deleted: readonly string[] },
  now: readonly Topic[],
): string[] => {
  const there = new Set(now.map(({ id }) => id));
  const ids = [...before.topics.map(({ id }) => id), ...before.deleted];
  return ids.filter((id) => !there.has(id)).slice(0, MOST_DELETED);
};

export function createTopicChanges(deps: { redis: Redis; audit: Pick<AuditLog, 'commit'> }): TopicChanges {
  async function change<Result>(
    by: { editorId: string; target: string },
    make: (now: readonly Topic[]) => Change<Result>,
  ): Promise<Result> {
    for (;;) {
      const stored = await deps.redis.get(keys.topics);
      const before = parseTopics(stored);
      const { result, write } = make(before.topics);
      if (write === undefined) return result;
      const { topics } = write;
      const after = writeTopics({ topics, deleted: stillDeleted(before, topics) });
      const done = await deps.audit.commit({ ...by, action: write.action }, async (link) => {
        const args = [JSON.stringify(link), after, stored ?? ''];
        const answer = await runScript(deps.redis, SET_TEXT, [keys.audit, keys.topics], args);
        return answer[0] === 'stale'
          ? { stale: answer[1] }
          : { appended: answer[0] === 'set', value: answer[0] };
      });
      if (done === 'set') return result;
    }
  }

  return {
    put: (topic, editorId, onlyNew = false) =>
      change<'created' | 'changed' | 'full' | 'taken'>({ editorId, target: topic.id }, (now) => {
        const before = now.find(({ id }) => id === topic.id);
        if (before !== undefined && onlyNew) return { result: 'taken' };
        if (before === undefined && now.length >= MOST_TOPICS) return { result: 'full' };
        if (before !== undefined && isSame(before, topic)) return { result: 'changed' };
        const topics = [...now.filter(({ id }) => id !== topic.id), topic].sort(inOrder);
        return before === undefined
          ? { result: 'created', write: { action: 'topic.create', topics } }
          : { result: 'changed', write: { action: 'topic.change', topics } };
      }),
    remove: (target, editorId) =>
      change<'removed' | 'missing'>({ editorId, target }, (now) => {
        const topics = now.filter(({ id }) => id !== target);
        return topics.length === now.length
          ? { result: 'missing' }
          : { result: 'removed', write: { action: 'topic.delete', topics } };
      }),
  };
}

const inOrder = (a: Topic, b: Topic): number => a.order - b.order || (a.id < b.id ? -1 : 1);

const isSame = (a: Topic, b: Topic): boolean => JSON.stringify(plain(a)) === JSON.stringify(plain(b));

const plain = (topic: Topic): unknown[] => [
  topic.order,
  topic.default,
  Object.entries(topic.names).sort(([a], [b]) => (a < b ? -1 : 1)),
];
