import { isRedisAway } from '../redis/is-redis-away.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { createAuditHash, verifyChain, type AuditVerdict, type Chained } from './audit-chain.ts';
import { fieldsOf, readAuditPage, readWholeAudit, type AuditPage } from './audit-page.ts';
import { APPEND_ENTRY } from './scripts/append-entry.ts';

/** What an editor did. `target` names the object: the id of an alert or an editor. */
interface AuditEntry {
  readonly at: string;
  readonly editorId: string;
  readonly action: string;
  readonly target: string;
}

/** The action of an entry that changed nothing: the newsroom's rules refused what the editor asked for. */
export const REFUSED = 'refused';

/** The next link of the chain. */
export interface AuditLink {
  readonly prev: string;
  /** Id of the key, a dot, and HMAC-SHA-256 (hex) over `prev` and `entry`, a line each. */
  readonly hash: string;
  /** JSON of the {@link AuditEntry}. */
  readonly entry: string;
}

/**
 * The result of a script that takes a link. `stale` is the hash that the link must follow instead. `appended` tells whether
 * the script wrote the link, because it may have found nothing to do.
 */
export type LinkOutcome<T> =
  { readonly stale: string } | { readonly stale?: never; readonly appended: boolean; readonly value: T };

export interface AuditLog {
  /** Runs an action whose script writes the entry together with its effect. A process runs one at a time. */
  commit<T>(entry: Omit<AuditEntry, 'at'>, action: (link: AuditLink) => Promise<LinkOutcome<T>>): Promise<T>;
  /** Somebody has read the hash of the newest entry: a commit that begins now need not ask for it. */
  noteHead(hash: string): void;
  /** Writes an entry that comes with no other effect. */
  append(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  /** Newest first. @param before the id of the entry after the first one that is wanted */
  list(options: { before?: string | undefined; limit: number }): Promise<AuditPage>;
  /** The number of entries, and the hash of the newest, which is empty if there is none. */
  head(): Promise<{ readonly entries: number; readonly hash: string }>;
  /** The whole log, oldest first, a page at a time. */
  whole(): AsyncIterable<readonly Chained[]>;
  /**
   * Reads the whole log, a page at a time, and checks each hash.
   * @param seen a head that was noted earlier and must still be in the log
   */
  verify(seen?: string): Promise<AuditVerdict>;
}

// Each loss of the race means that another process wrote an entry in between. Editors are few.
const MAX_TRIES = 50;

/**
 * The append-only log of what editors do: a Redis stream in which each entry holds the hash of the one before, so that
 * `verify` finds an entry that was changed, removed or inserted. Redis does not hold the key of the hashes, so write access
 * to Redis is not enough to write the chain again. A head that was kept elsewhere shows whether the end was cut off.
 * @param deps.key {@link loadAuditKey}
 */
export function createAuditLog(deps: { redis: Redis; now: () => number; key: Buffer }): AuditLog {
  const { redis } = deps;
  const chain = createAuditHash(deps.key);

  let head = '';
  let last: Promise<unknown> = Promise.resolve();
  let tickets = 0;
  let ended = 0;
  let failedTogether: { upTo: number; error: unknown } | undefined;

  async function run<T>(
    what: Omit<AuditEntry, 'at'>,
    action: (link: AuditLink) => Promise<LinkOutcome<T>>,
  ): Promise<T> {
    const entry = JSON.stringify({ at: new Date(deps.now()).toISOString(), ...what });
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const link = { prev: head, hash: chain.of(head, entry), entry };
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
      try {
        // Redis did not answer the action before. Those behind it fail at once, instead of waiting for Redis one by one.
        if (failedTogether !== undefined && ticket <= failedTogether.upTo) throw failedTogether.error;
        return await run(what, action);
      } catch (error) {
        if (isRedisAway(error) && error !== failedTogether?.error) failedTogether = { upTo: tickets, error };
        throw error;
      } finally {
        ended += 1;
      }
    });
    last = mine.catch(() => undefined);
    return mine;
  }

  return {
    commit,
    noteHead: (hash) => {
      // What a commit of ours is writing is newer than what was read beside it.
      if (ended === tickets) head = hash;
    },
    append: (what) =>
      commit<void>(what, async (link) => {
        const answer = await runScript(redis, APPEND_ENTRY, [keys.audit], [JSON.stringify(link)]);
        return answer[0] === 'stale' ? { stale: answer[1] } : { appended: true, value: undefined };
      }),
    list: (options) => readAuditPage(redis, options),
    head: async () => {
      const [newest] = await redis.xrevrange(keys.audit, '+', '-', 'COUNT', 1);
      const { hash: ofNewest = '' } = fieldsOf(newest?.[1] ?? []);
      return { entries: await redis.xlen(keys.audit), hash: ofNewest };
    },
    whole: () => readWholeAudit(redis),
    verify: (seen) => verifyChain(chain, readWholeAudit(redis), seen),
  };
}
