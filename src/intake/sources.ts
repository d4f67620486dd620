import type { AuditLog } from '../editors/audit.ts';
import { newSecret } from '../editors/secrets.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { DELETE_SOURCE } from './scripts/delete-source.ts';
import { PUT_SOURCE } from './scripts/put-source.ts';
import { parseSource, type Source, type SourceInput } from './source.ts';

/** Each change is written together with its entry in the audit log. `by` is an editor's id. */
export interface SourceStore {
  /** By id. */
  list(): Promise<readonly Source[]>;
  /** The source, and the secret that it proves itself with. */
  find(id: string): Promise<{ readonly source: Source; readonly secret: string } | undefined>;
  put(id: string, input: SourceInput, by: string): Promise<PutSourceResult>;
  /** @returns false: there is none */
  delete(id: string, by: string): Promise<boolean>;
}

type PutSourceResult =
  /** `secret`: the one that was made; undefined: it is the one that was given, or was there. */
  | { readonly type: 'added' | 'replaced'; readonly source: Source; readonly secret: string | undefined }
  | { readonly type: 'full' };

export const MOST_SOURCES = 100;

/** The secrets are kept as they are: an HMAC is proved with the secret itself. No answer and no log has them. */
export function createSourceStore(deps: { redis: Redis; audit: Pick<AuditLog, 'commit'> }): SourceStore {
  const { redis, audit } = deps;
  const store = [keys.audit, keys.sources, keys.sourceSecrets];
  return {
    list: async () => {
      const stored = await redis.hvals(keys.sources);
      return stored.map(parseSource).sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    find: async (id) => {
      const [stored, secret] = await Promise.all([
        redis.hget(keys.sources, id),
        redis.hget(keys.sourceSecrets, id),
      ]);
      return stored === null || secret === null ? undefined : { source: parseSource(stored), secret };
    },
    put: async (id, { secret, ...settings }, by) => {
      const source: Source = { id, ...settings };
      const made = `ajil_${newSecret()}`;
      const rest = [id, JSON.stringify(source), secret ?? '', made, MOST_SOURCES];
      const entry = { editorId: by, action: `source.put-${source.mode}`, target: id };
      return audit.commit<PutSourceResult>(entry, async (link) => {
        const answer = await runScript(redis, PUT_SOURCE, store, [JSON.stringify(link), ...rest]);
        if (answer[0] === 'stale') return { stale: answer[1] };
        if (answer[0] === 'full') return { appended: false, value: { type: 'full' } };
        const [type, isMade] = answer;
        return { appended: true, value: { type, source, secret: isMade === '1' ? made : undefined } };
      });
    },
    delete: async (id, by) =>
      audit.commit({ editorId: by, action: 'source.delete', target: id }, async (link) => {
        const answer = await runScript(redis, DELETE_SOURCE, store, [JSON.stringify(link), id]);
        if (answer[0] === 'stale') return { stale: answer[1] };
        const deleted = answer[0] === 'deleted';
        return { appended: deleted, value: deleted };
      }),
  };
}
