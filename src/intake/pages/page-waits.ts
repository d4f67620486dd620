import { z } from 'zod';
import { editorSchema, type Editor } from '../../editors/schema.ts';
import { Problem } from '../../http/problem.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import { itemSchema } from '../item-schema.ts';
import type { Item } from '../item.ts';
import { KEEP_NEWEST } from '../scripts/keep-newest.ts';
import { REPLACE_IF_SAME } from '../scripts/replace-if-same.ts';
import { nameOf } from '../item-record.ts';

/** More than a newsroom publishes within the longest wait. */
const MOST_WAITS = 1000;

const waitSchema = z.object({
  sourceId: z.string(),
  item: itemSchema,
  /** Who brought it; null: the source. */
  by: editorSchema.nullable(),
  /** Of the item. Milliseconds since the epoch, as the next two. */
  madeAt: z.number(),
  since: z.number(),
  nextAt: z.number(),
  tries: z.number(),
});
/** An item that nobody hears of before its public page answers. */
export type PageWait = z.infer<typeof waitSchema>;

/** A wait as it was read: it may be another version's by now. */
export interface ReadWait {
  readonly name: string;
  readonly text: string;
  readonly wait: PageWait;
}

export interface PageWaits {
  /** An older version of the item waits no more; a newer one stays. @throws {Problem} 503 when too many wait */
  add(sourceId: string, item: Item, by: Editor | undefined): Promise<void>;
  /** The item is taken back: nothing of it waits any more. */
  drop(sourceId: string, itemId: string): Promise<void>;
  all(): Promise<readonly ReadWait[]>;
  postpone(read: ReadWait, changed: Pick<PageWait, 'nextAt' | 'tries'>): Promise<void>;
  end(read: ReadWait): Promise<void>;
}

/** @param deps.now milliseconds since the epoch */
export function createPageWaits({
  redis,
  now,
}: {
  readonly redis: Redis;
  readonly now: () => number;
}): PageWaits {
  const nameFor = (sourceId: string, itemId: string): string => `${sourceId}\n${nameOf(itemId)}`;
  const replace = async ({ name, text }: ReadWait, by: string): Promise<void> => {
    await runScript(redis, REPLACE_IF_SAME, [keys.pageWaits], [name, text, by]);
  };
  return {
    add: async (sourceId, item, by) => {
      const madeAt = item.version.madeAt ?? now();
      const wait: PageWait = { sourceId, item, by: by ?? null, madeAt, since: now(), nextAt: 0, tries: 0 };
      const args = [nameFor(sourceId, item.id), JSON.stringify(wait), madeAt, MOST_WAITS];
      if ((await runScript(redis, KEEP_NEWEST, [keys.pageWaits], args)) === -1) {
        throw new Problem('unavailable', 'Too many items wait for their pages.');
      }
    },
    drop: async (sourceId, itemId) => {
      await redis.hdel(keys.pageWaits, nameFor(sourceId, itemId));
    },
    all: async () =>
      Object.entries(await redis.hgetall(keys.pageWaits)).map(([name, text]) => ({
        name,
        text,
        wait: waitSchema.parse(JSON.parse(text)),
      })),
    postpone: (read, changed) => replace(read, JSON.stringify({ ...read.wait, ...changed })),
    end: (read) => replace(read, ''),
  };
}
