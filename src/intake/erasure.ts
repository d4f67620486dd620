import { ERASED_HEADLINE, keysLike } from '../alerts/erasure.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { arrivalSchema } from './arrivals.ts';
import { createPageWaits } from './pages/page-waits.ts';
import { REPLACE_IN_LIST } from './scripts/replace-in-list.ts';
import { REPLACE_TEXT } from './scripts/replace-text.ts';
import { readRecord, type Said } from './item-record.ts';

/** Erases what intake keeps of an alert: what its source said, and its headline in the list of what came. */
export interface IntakeErasure {
  /** May be repeated. @returns how many texts were blanked */
  erase(alertId: string): Promise<number>;
}

export function createIntakeErasure({ redis }: { readonly redis: Redis }): IntakeErasure {
  /** The next version of an item may come in between: then it is read again. */
  async function blankRecord(key: string, alertId: string): Promise<number> {
    for (;;) {
      const text = await redis.get(key);
      if (text === null) return 0;
      const record = readRecord(text);
      if (record.alertId !== alertId || record.said === null || record.said.headline === ERASED_HEADLINE)
        return 0;
      const blank = JSON.stringify({ ...record, said: { ...record.said, ...NOTHING } });
      if ((await runScript(redis, REPLACE_TEXT, [key], [text, blank])) === 1) return 1;
    }
  }

  async function blankArrivals(key: string, alertId: string): Promise<number> {
    let count = 0;
    for (const text of await redis.lrange(key, 0, -1)) {
      const arrival = arrivalSchema.parse(JSON.parse(text));
      if (arrival.alertId !== alertId || arrival.headline === null || arrival.headline === ERASED_HEADLINE) {
        continue;
      }
      const blank = JSON.stringify({ ...arrival, headline: ERASED_HEADLINE });
      count += await runScript(redis, REPLACE_IN_LIST, [key], [text, blank]);
    }
    return count;
  }

  /** What waits for its page would only bring the text back. */
  async function dropWaits(alertId: string): Promise<number> {
    const waits = createPageWaits({ redis, now: Date.now });
    let count = 0;
    for (const read of await waits.all()) {
      const [sourceId = '', name = ''] = read.name.split('\n');
      const text = await redis.get(keys.intake(sourceId, name));
      if (text === null || readRecord(text).alertId !== alertId) continue;
      await waits.end(read);
      count += 1;
    }
    return count;
  }

  return {
    erase: async (alertId) => {
      // First, while it is known which alert the items belong to.
      let count = await dropWaits(alertId);
      for await (const key of keysLike(redis, keys.intake('*', '*')))
        count += await blankRecord(key, alertId);
      for await (const key of keysLike(redis, keys.arrivals('*'))) count += await blankArrivals(key, alertId);
      return count;
    },
  };
}

const NOTHING: Pick<Said, 'headline' | 'body' | 'url'> = { headline: ERASED_HEADLINE, body: null, url: null };
