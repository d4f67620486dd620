import { Cluster } from 'ioredis';
import type { AuditLog } from '../editors/audit.ts';
import { AUDIT_LUA } from '../editors/audit-script.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, script } from '../redis/script.ts';
import { primaryLanguage } from './language.ts';
import { nextVersion } from './life-cycle.ts';
import type { EditorAlert } from './schema.ts';
import type { AlertStore } from './store.ts';

/** What stands in place of a headline that was erased: no words, and a page still has something to show. */
export const ERASED_HEADLINE = '—';

/** Takes an alert's text out of everything that Redis keeps, as a court may order. */
export interface Erasure {
  /**
   * Blanks every version and every kept answer of an alert, ends it as retracted, and takes it out of readers' lists. May be
   * repeated, and must be when it rejects: it then goes on where it ended.
   * @param options.tell sends the devices that got the alert a retraction without its text, unless it was retracted before
   * @returns how many versions there are; undefined when there is no such alert
   */
  erase(id: string, options: { by: string; tell: boolean }): Promise<number | undefined>;
}

/**
 * KEYS: audit, alert, readers' indexes… ARGV: link, versions, place in the indexes, the JSON of each version.
 * Answers `moved` when a version came in between.
 */
const ERASE = script(`${AUDIT_LUA}
if redis.call('HGET', KEYS[2], 'version') ~= ARGV[2] then return {'moved'} end
local stale = auditStale(KEYS[1])
if stale then return stale end
for n = 1, tonumber(ARGV[2]) do
  redis.call('HSET', KEYS[2], 'v:' .. n, ARGV[3 + n], 's:' .. n, 'retracted')
end
for i = 3, #KEYS do redis.call('ZREM', KEYS[i], ARGV[3]) end
audit(KEYS[1])
return {'erased'}`);

/** KEYS: a kept answer. ARGV: alert id, headline. The request stays known, so that it is not done again. */
const BLANK_ANSWER = script(`
local answer = redis.call('HGET', KEYS[1], 'answer')
local known, alert = pcall(cjson.decode, answer or '')
if not known or type(alert) ~= 'table' or alert.id ~= ARGV[1] then return 0 end
alert.headline = ARGV[2]
for _, name in ipairs({'body', 'note', 'url', 'image'}) do alert[name] = cjson.null end
redis.call('HSET', KEYS[1], 'answer', cjson.encode(alert))
return 1`);

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
      const texts = versions.map((version) => JSON.stringify(blank(version)));
      const type = await audit.commit({ editorId: by, action: 'alert.erase', target: id }, async (link) => {
        const args = [JSON.stringify(link), versions.length, place, ...texts];
        const names = [keys.audit, keys.alert(id), ...indexesOf(first)];
        const [type, hash = ''] = (await runScript(redis, ERASE, names, args)) as [string, string?];
        return type === 'stale' ? { stale: hash } : { appended: type === 'erased', value: type };
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
});

/** Where readers' lists have it. Editors go on finding it, without its text. */
const indexesOf = ({ topics, lang }: EditorAlert): string[] =>
  ['*', ...topics].flatMap((topic) =>
    ['*', primaryLanguage(lang)].map((language) => keys.alertsPublished(topic, language)),
  );

async function* keysLike(redis: Redis, pattern: string): AsyncGenerator<string> {
  for (const node of redis instanceof Cluster ? redis.nodes('master') : [redis]) {
    for await (const found of node.scanStream({ match: pattern, count: 1000 })) yield* found as string[];
  }
}
