import type { ReadableHash } from '../../editors/audited-hash.ts';
import { Problem } from '../../http/problem.ts';
import { PageFault, type FetchPage } from '../../newsroom/articles/fetch-page.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Redis } from '../../redis/connect.ts';
import { isRedisAway } from '../../redis/is-redis-away.ts';
import { keys } from '../../redis/keys.ts';
import { inTurn } from '../../redis/turn.ts';
import { everySoOften } from '../every-so-often.ts';
import { reason } from '../reasons.ts';
import type { StoredSource } from '../source.ts';
import { isFinal, type Taking } from '../taking.ts';
import type { PageWaits, ReadWait } from './page-waits.ts';

/** Whether a page is due is looked at so often, ms. */
const EVERY_MS = 500;
/** Longer than a look takes. */
const TURN_MS = 30_000;
/** Pages that one process looks at in one turn; what is left comes in the next. */
const AT_ONCE = 8;
/** The pauses between looks at a page that does not answer 200; the last one again and again. Seconds. */
const PAUSES_S = [1, 2, 4, 8, 15, 30];
/** A page that does not answer for so long never gets an alert. */
const LONGEST_WAIT_MS = 30 * 60_000;

export interface PageLooksDeps {
  readonly redis: Redis;
  readonly waits: Pick<PageWaits, 'all' | 'postpone' | 'end'>;
  readonly sources: Pick<ReadableHash<StoredSource>, 'get'>;
  readonly taking: Taking;
  readonly fetchPage: FetchPage;
  readonly logger: Logger;
  readonly now: () => number;
}

/**
 * Takes items in once their public pages answer 200. Every server process looks: of those that find the same item, one does.
 *
 *     waits ── 200 ────────────────────────► taken in, as if it had come now
 *     waits ── anything else ──────────────► waits longer
 *     waits ── anything else for 30 min ───► given up, which the source's page at the desk says
 */
export function createPageLooks(deps: PageLooksDeps): { lookAtDue(): Promise<void> } {
  const { waits, logger, now } = deps;

  async function look(read: ReadWait): Promise<void> {
    const { sourceId, item, by } = read.wait;
    const source = await deps.sources.get(sourceId);
    if (source === undefined) return waits.end(read);
    try {
      await deps.fetchPage(item.page ?? '');
    } catch (error) {
      if (!(error instanceof PageFault)) throw error;
      return notThere(read, source, error.message);
    }
    try {
      await deps.taking.take(source, { items: [item] }, by ?? undefined);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!isFinal(error)) return postpone(read);
    }
    return waits.end(read);
  }

  async function notThere(read: ReadWait, source: StoredSource, fault: string): Promise<void> {
    const { item, since } = read.wait;
    if (now() - since < LONGEST_WAIT_MS) return postpone(read);
    await deps.taking.giveUp(source, item, reason('no-page', { fault }));
    return waits.end(read);
  }

  function postpone(read: ReadWait): Promise<void> {
    const { tries } = read.wait;
    const pause = PAUSES_S[Math.min(tries, PAUSES_S.length - 1)] ?? 0;
    return waits.postpone(read, { tries: tries + 1, nextAt: now() + pause * 1000 });
  }

  const lookAlone = (read: ReadWait): Promise<void> =>
    inTurn(deps.redis, keys.pageTurn(read.name), TURN_MS, () => look(read));

  return {
    lookAtDue: async () => {
      const due = (await waits.all()).filter(({ wait }) => wait.nextAt <= now());
      const oldestFirst = due.toSorted((a, b) => a.wait.nextAt - b.wait.nextAt).slice(0, AT_ONCE);
      await Promise.all(
        oldestFirst.map((read) =>
          lookAlone(read).catch((error: unknown) => {
            if (isRedisAway(error)) throw error;
            logger.error(
              { err: error, source: read.wait.sourceId },
              'could not take in an item; trying again',
            );
          }),
        ),
      );
    },
  };
}

/** Looks by itself from now on. */
export function openPageLooks(deps: PageLooksDeps): { close(): Promise<void> } {
  const looks = createPageLooks(deps);
  return everySoOften(EVERY_MS, () => looks.lookAtDue(), deps.logger, 'pages that are due');
}
