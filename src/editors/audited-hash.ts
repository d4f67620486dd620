import type { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import type { AuditLog } from './audit.ts';
import { SET_FIELD } from './scripts/set-field.ts';

/** What an editor set: for the audit log. */
interface By {
  readonly editorId: string;
  readonly action: string;
}

/** Few things that editors set, by name. */
export interface ReadableHash<Value> {
  all(): Promise<readonly (readonly [name: string, value: Value])[]>;
  get(name: string): Promise<Value | undefined>;
}

/** The same, to be changed. Each change is written together with its entry in the audit log. */
export interface AuditedHash<Value> extends ReadableHash<Value> {
  /**
   * Sets what `change` makes of the present value; undefined removes it, or leaves it out.
   * @returns `full` when there are too many names; nothing is changed then
   */
  set(name: string, by: By, change: (now: Value | undefined) => Value | undefined): Promise<'set' | 'full'>;
}

interface HashDeps<Value> {
  readonly redis: Redis;
  readonly key: string;
  readonly schema: z.ZodType<Value>;
}

export function readHash<Value>({ redis, key, schema }: HashDeps<Value>): ReadableHash<Value> {
  const parse = (text: string): Value => schema.parse(JSON.parse(text));
  return {
    all: async () =>
      Object.entries(await redis.hgetall(key)).map(([name, text]) => [name, parse(text)] as const),
    get: async (name) => {
      const text = await redis.hget(key, name);
      return text === null ? undefined : parse(text);
    },
  };
}

/** @param deps.most names at most */
export function createAuditedHash<Value>(
  deps: HashDeps<Value> & { readonly audit: Pick<AuditLog, 'commit'>; readonly most: number },
): AuditedHash<Value> {
  const { redis, key, schema } = deps;
  return {
    ...readHash(deps),
    set: async (name, by, change) => {
      for (;;) {
        const before = await redis.hget(key, name);
        const value = change(before === null ? undefined : schema.parse(JSON.parse(before)));
        if (value === undefined && before === null) return 'set';
        const text = value === undefined ? '' : JSON.stringify(value);
        const done = await deps.audit.commit({ ...by, target: name }, async (link) => {
          const args = [JSON.stringify(link), name, text, before ?? '', deps.most];
          const answer = await runScript(redis, SET_FIELD, [keys.audit, key], args);
          return answer[0] === 'stale'
            ? { stale: answer[1] }
            : { appended: answer[0] === 'set', value: answer[0] };
        });
        if (done !== 'moved') return done;
      }
    },
  };
}
