import { z } from 'zod';
import { REFUSED } from '../editors/audit.ts';
import { fieldsOf } from '../editors/audit-page.ts';
import type { Logger } from '../ops/logger.ts';
import { isRedisAway } from '../redis/is-redis-away.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';

/** How late colleagues hear of an action, ms, at most. */
const LOOK_EVERY_MS = 400;
/** Who wrote a letter is writing for so long. */
const WRITING_MS = 20_000;
/** More actions than this in one look are told by one event that names none. */
const MOST_ACTIONS = 200;

/** What an editor did: an entry of the audit log. */
const actionSchema = z.object({ editorId: z.string(), action: z.string(), target: z.string() });

export const writingSchema = z.strictObject({
  editorId: z.string(),
  /** `new`, or the id of the alert. */
  on: z.string(),
});
export type Writing = z.infer<typeof writingSchema>;

export type DeskEvent =
  | { readonly type: 'action'; readonly editorId: string; readonly action: string; readonly target: string }
  /** More happened than is told: look at everything. */
  | { readonly type: 'much' }
  | { readonly type: 'writing'; readonly editors: readonly Writing[] };

/** What editors know of each other while they work. */
export interface DeskLine {
  /** Tells what happens from now on, and who is writing now. @returns a function that ends it */
  follow(listener: (event: DeskEvent) => void): () => void;
  /** Notes that an editor is writing; null: no longer. */
  note(editorId: string, on: string | null): Promise<void>;
  writing(): Promise<readonly Writing[]>;
  close(): void;
}

/**
 * Looks into the audit log while somebody listens: every action of an editor is in it, whichever process did it.
 * @param deps.now milliseconds since the epoch
 */
export function createDeskLine(deps: { redis: Redis; logger: Logger; now: () => number }): DeskLine {
  const { redis, now } = deps;
  const listeners = new Set<(event: DeskEvent) => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let looking = false;
  /** Id in the stream of the last entry that was told; undefined: nobody has looked yet. */
  let last: string | undefined;
  let writing = '[]';

  const tell = (event: DeskEvent): void => {
    for (const listener of listeners) listener(event);
  };

  async function tellActions(): Promise<void> {
    if (last === undefined) {
      const [newest] = await redis.xrevrange(keys.audit, '+', '-', 'COUNT', 1);
      last = newest?.[0] ?? '0-0';
      return;
    }
    const entries = await redis.xrange(keys.audit, `(${last}`, '+', 'COUNT', MOST_ACTIONS + 1);
    last = entries.at(-1)?.[0] ?? last;
    if (entries.length > MOST_ACTIONS) {
      last = undefined;
      tell({ type: 'much' });
      return;
    }
    for (const [, fields] of entries) {
      const action = actionSchema.safeParse(JSON.parse(fieldsOf(fields).entry ?? 'null'));
      // Nobody's lists change by what was refused.
      if (action.success && action.data.action !== REFUSED) tell({ type: 'action', ...action.data });
    }
  }

  async function readWriting(): Promise<readonly Writing[]> {
    const members = await redis.zrangebyscore(keys.writingNow, now(), '+inf', 'LIMIT', 0, 100);
    return members.map((member) => {
      const [editorId = '', on = ''] = member.split(' ');
      return { editorId, on };
    });
  }

  async function tellWriting(): Promise<void> {
    const editors = await readWriting();
    const text = JSON.stringify(editors);
    if (text === writing) return;
    writing = text;
    tell({ type: 'writing', editors });
  }

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      await Promise.all([tellActions(), tellWriting()]);
    } catch (error) {
      // Its connection has logged that.
      if (!isRedisAway(error)) deps.logger.error({ err: error }, 'could not look for what editors did');
    } finally {
      looking = false;
    }
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    last = undefined;
    writing = '[]';
  }

  return {
    follow: (listener) => {
      listeners.add(listener);
      listener({ type: 'writing', editors: JSON.parse(writing) as Writing[] });
      if (timer === undefined) {
        timer = setInterval(() => void look(), LOOK_EVERY_MS);
        void look();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    note: async (editorId, on) => {
      const members = await redis.zrange(keys.writingNow, '0', '-1');
      const own = members.filter((member) => member.startsWith(`${editorId} `));
      const steps = redis.multi().zremrangebyscore(keys.writingNow, '-inf', now());
      if (own.length > 0) steps.zrem(keys.writingNow, ...own);
      if (on !== null) steps.zadd(keys.writingNow, now() + WRITING_MS, `${editorId} ${on}`);
      await steps.exec();
    },
    writing: readWriting,
    close: stop,
  };
}
