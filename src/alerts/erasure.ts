import { Cluster } from 'ioredis';
import type { AuditLog } from '../editors/audit.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { readersIndexes } from './indexes.ts';
import { guardsOf } from './script-arguments.ts';
import { nextVersion } from './versions.ts';
import type { EditorAlert } from './schema.ts';
import { BLANK_ANSWER } from './scripts/blank-answer.ts';
import { ERASE } from './scripts/erase.ts';
import type { AlertStore } from './store.ts';

/** Replaces an erased headline: it has no words, and a page still has something to show. */
export const ERASED_HEADLINE = '—';

/** Erases an alert's text from all of Redis, as a court may order. */
export interface Erasure {
  /**
   * Blanks every version and every kept answer of an alert, ends it as retracted, and takes it out of readers' lists. May be
   * repeated, and must be repeated after it rejected: it then goes on where it stopped.
   * @param options.tell sends the devices that got the alert a retraction without its text, unless it was retracted before
   * @returns how many versions there are; undefined when there is no such alert
   */
  erase(id: string, options: { by: string; tell: boolean }): Promise<number | undefined>;
}

/** @param deps.now milliseconds since the epoch */
export function createErasure(deps: {
  redis: Redis;
  alerts: Pick<AlertStore, 'get' | 'versions' | 'addVersion'>;
  audit: Pick<AuditLog, 'commit'>;
  now: () => number;
}): Erasure {
  const { redis, alerts, audit } = deps;

  /** Its text is blank from the start, and its earlier versions stop with it. */
  async function retract(id: string, by: string): Promise<void> {
    for (;;) {
      const last = await alerts.get(id);
      if (last === undefined || last.status === 'retracted') return;
      const version = nextVersion(blank(last), { change: 'retraction' }, by, deps.now());
      const entry = { editorId: by, action: 'alert.retraction', target: `${id}:${version.version}` };
      const result = await audit.commit(entry, (link) => alerts.addVersion(version, { link }));
      if (result.type !== 'moved') return;
    }
  }

  async function blankRecord(id: string, by: string): Promise<number | undefined> {
    for (;;) {
      const versions = await alerts.versions(id);
      const [first] = versions;
      if (first === undefined) return undefined;
      const place = (await redis.hget(keys.alert(id), 'published')) ?? '';
      const guards = [...new Set(versions.flatMap((version) => guardsOf(version)))];
      const texts = versions.map((version) => JSON.stringify(blank(version)));
      const type = await audit.commit({ editorId: by, action: 'alert.erase', target: id }, async (link) => {
        const args = [JSON.stringify(link), versions.length, place, id, guards.length, ...texts];
        const names = [keys.audit, keys.alert(id), keys.waiting, ...guards, ...readersIndexes(first)];
        const answer = await runScript(redis, ERASE, names, args);
        if (answer.type === 'stale') return { stale: answer.hash };
        return { appended: answer.type === 'erased', value: answer.type };
      });
      if (type === 'erased') return versions.length;
    }
  }

  return {
    erase: async (id, { by, tell }) => {
      if (tell) await retract(id, by);
      const versions = await blankRecord(id, by);
      if (versions === undefined) return undefined;
      for await (const key of keysLike(redis, keys.idempotency('*', '*'))) {
        await runScript(redis, BLANK_ANSWER, [key], [id, ERASED_HEADLINE]);
      }
      return versions;
    },
  };
}

const blank = (alert: EditorAlert): EditorAlert => ({
  ...alert,
  headline: ERASED_HEADLINE,
  body: null,
  note: null,
  url: null,
  image: null,
  imageAlt: null,
  imageCaption: null,
  imageCredit: null,
});

/** All keys of a pattern, of every node. */
export async function* keysLike(redis: Redis, pattern: string): AsyncGenerator<string> {
  for (const node of redis instanceof Cluster ? redis.nodes('master') : [redis]) {
    for await (const found of node.scanStream({ match: pattern, count: 1000 })) yield* found as string[];
  }
}
