import { createHash } from 'node:crypto';
import { isRedisAway } from '../redis/away.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, script } from '../redis/script.ts';

/** What an editor did. `target` is what it was done to: an alert id, an editor id. */
interface AuditEntry {
  readonly at: string;
  readonly editorId: string;
  readonly action: string;
  readonly target: string;
}

/** The next link of the chain: `hash` is SHA-256 (hex) over `prev` and `entry`, a line each. */
export interface AuditLink {
  readonly prev: string;
  readonly hash: string;
  /** JSON of the {@link AuditEntry}. */
  readonly entry: string;
}

/**
 * How a script that takes a link ended: `stale` with the hash it must follow, or not; `appended` tells whether it wrote
 * the link (a script may find that there is nothing to do).
 */
export type LinkOutcome<T> =
  { readonly stale: string } | { readonly stale?: never; readonly appended: boolean; readonly value: T };

type AuditVerdict =
  | { readonly type: 'intact'; readonly entries: number; readonly head: string }
  /** The first entry that does not follow from the one before it. */
  | { readonly type: 'broken'; readonly entries: number; readonly streamId: string };

export interface AuditLog {
  /** Runs an action whose script writes the entry together with its own effect. One at a time per process. */
  commit<T>(entry: Omit<AuditEntry, 'at'>, action: (link: AuditLink) => Promise<LinkOutcome<T>>): Promise<T>;
  /** Writes an entry by itself. */
  append(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  /** Reads the whole log, a page at a time, and checks each hash. */
  verify(): Promise<AuditVerdict>;
}

// Each loss of the race means that another process wrote an entry in between; editors are few.
const MAX_TRIES = 50;
const PAGE = 500;

const APPEND = script(`
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local hash = ''
if last[1] then
  local fields = last[1][2]
  for i = 1, #fields, 2 do if fields[i] == 'hash' then hash = fields[i + 1] end end
end
if hash ~= ARGV[1] then return hash end
redis.call('XADD', KEYS[1], '*', 'entry', ARGV[2], 'prev', ARGV[1], 'hash', ARGV[3])
return false`);

function hashOf(prev: string, entry: string): string {
  return createHash('sha256').update(`${prev}\n${entry}`).digest('hex');
}

/**
 * The append-only log of what editors do: a Redis stream in which each entry holds the hash of the one before, so that
 * a changed, removed or inserted entry shows. (What was cut off at the end shows only beside a head kept elsewhere.)
 */
export function createAuditLog(deps: { redis: Redis; now: () => number }): AuditLog {
  const { redis } = deps;
  let head = '';
  let last: Promise<unknown> = Promise.resolve();
  let tickets = 0;
  let failedTogether: { upTo: number; error: unknown } | undefined;

  async function run<T>(
    what: Omit<AuditEntry, 'at'>,
    action: (link: AuditLink) => Promise<LinkOutcome<T>>,
  ): Promise<T> {
    const entry = JSON.stringify({ at: new Date(deps.now()).toISOString(), ...what });
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const link = { prev: head, hash: hashOf(head, entry), entry };
      const outcome = await action(link);
      if (outcome.stale === undefined) {
        if (outcome.appended) head = link.hash;
        return outcome.value;
      }
      head = outcome.stale;
    }
    throw new Error(
      `the audit log moved ${MAX_TRIES} times in a row: too many processes write to it at once`,
    );
  }

  function commit<T>(
    what: Omit<AuditEntry, 'at'>,
    action: (link: AuditLink) => Promise<LinkOutcome<T>>,
  ): Promise<T> {
    const ticket = ++tickets;
    const mine = last.then(async () => {
      // Whoever waited behind a Redis that did not answer is told at once, instead of waiting for it each in turn.
      if (failedTogether !== undefined && ticket <= failedTogether.upTo) throw failedTogether.error;
      try {
        return await run(what, action);
      } catch (error) {
        if (isRedisAway(error)) failedTogether = { upTo: tickets, error };
        throw error;
      }
    });
    last = mine.catch(() => undefined);
    return mine;
  }

  return {
    commit,
    append: (what) =>
      commit<void>(what, async (link) => {
        const moved = await runScript(redis, APPEND, [keys.audit], [link.prev, link.entry, link.hash]);
        return typeof moved === 'string' ? { stale: moved } : { appended: true, value: undefined };
      }),
    verify: async () => {
      let [entries, prev, from] = [0, '', '-'];
      for (;;) {
        const page = await redis.xrange(keys.audit, from, '+', 'COUNT', PAGE);
        for (const [streamId, fields] of page) {
          const { entry = '', prev: named, hash } = Object.fromEntries(pairs(fields));
          if (named !== prev || hash !== hashOf(prev, entry)) return { type: 'broken', entries, streamId };
          prev = hash;
          entries += 1;
          from = `(${streamId}`;
        }
        if (page.length < PAGE) return { type: 'intact', entries, head: prev };
      }
    },
  };
}

function pairs(fields: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) result.push([fields[i] ?? '', fields[i + 1] ?? '']);
  return result;
}
