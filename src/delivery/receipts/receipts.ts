import { setImmediate as turn } from 'node:timers/promises';
import type { Engagement } from '../../audience/engagement.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript } from '../../redis/script.ts';
import type { ReceiptTokens } from './receipt-token.ts';
import { RECORD } from './record-script.ts';

export type ReceiptEvent = 'shown' | 'opened';

export interface Receipt {
  readonly alertId: string;
  readonly version: number;
  readonly event: ReceiptEvent;
  readonly token: string;
}

/** `invalid`: we did not make the token for this version; `busy`: too many receipts wait, and this one was not counted. */
export type Recorded = 'recorded' | 'repeated' | 'invalid' | 'busy';

export interface ReceiptStore {
  /**
   * Counts each device once per event. Not a promise: thousands come in a second, in the process that serves editors.
   * @param told called once, when the receipt is counted (after {@link GATHER_MS} at least); with an error when Redis is away
   */
  record(receipt: Receipt, told: (result: Recorded | Error) => void): void;
}

/** A million devices send receipts within a minute. The receipts of this time go to Redis, and to its disk, together. */
const GATHER_MS = 50;
/** Receipts that may wait. At 5,000 a second, Redis may hang for four seconds before receipts are refused. */
const MOST_WAITING = 20_000;
/** Of one script call, so that no call keeps Redis for more than some milliseconds. */
const MOST_AT_ONCE = 4000;
/** An answer costs some 40 µs: an editor's request, which waits for several turns of the event loop, is served in between. */
const MOST_ANSWERS_IN_A_TURN = 25;

/** Waiting receipts of one event and shard: their slots and, in the same order, their callbacks. */
interface Bitmap {
  readonly event: ReceiptEvent;
  readonly shard: number;
  readonly slots: number[];
  readonly told: ((result: Recorded | Error) => void)[];
}

/** Waiting receipts of one version. */
interface Gathered {
  readonly alertId: string;
  readonly version: number;
  count: number;
  /** By key. */
  readonly bitmaps: Map<string, Bitmap>;
}

/** @param deps.mostWaiting {@link MOST_WAITING} */
export function createReceiptStore(deps: {
  redis: Redis;
  tokens: ReceiptTokens;
  engagement: Engagement;
  mostWaiting?: number;
}): ReceiptStore {
  const { mostWaiting = MOST_WAITING } = deps;
  let gathered = new Map<string, Gathered>();
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;

  async function write({ alertId, version, bitmaps }: Gathered): Promise<void> {
    const lists = [...bitmaps.values()];
    const told = lists.flatMap((list) => list.told);
    const results = await runScript(
      deps.redis,
      RECORD,
      [keys.report(alertId, version), ...bitmaps.keys()],
      lists.flatMap(({ event, slots }) => [event, slots.length, ...slots]),
    ).then(
      (answer) => (index: number) =>
        answer === ''
          ? ('invalid' as const)
          : answer[index] === '1'
            ? ('recorded' as const)
            : ('repeated' as const),
      (error: Error) => () => error,
    );
    waiting -= told.length;
    noteEngaged(lists);
    for (const [index, tell] of told.entries()) {
      if (index % MOST_ANSWERS_IN_A_TURN === MOST_ANSWERS_IN_A_TURN - 1) await turn();
      tell(results(index));
    }
  }

  /** What is lost while Redis is away is noted at the next opening: it decides the order of sending alone. */
  function noteEngaged(lists: readonly Bitmap[]): void {
    for (const { event, shard, slots } of lists) {
      if (event === 'opened') deps.engagement.opened(shard, slots).catch(() => undefined);
    }
  }

  function flush(): void {
    const parts = gathered;
    gathered = new Map();
    timer = undefined;
    for (const part of parts.values()) void write(part);
  }

  return {
    record: ({ alertId, version, event, token }, told) => {
      const place = deps.tokens.read({ alertId, version }, token);
      if (place === undefined) return told('invalid');
      if (waiting >= mostWaiting) return told('busy');
      const name = `${alertId}:${version}`;
      const part = gathered.get(name) ?? { alertId, version, count: 0, bitmaps: new Map<string, Bitmap>() };
      gathered.set(name, part);
      const key = keys.receipts(alertId, version, event, place.shard);
      const bitmap = part.bitmaps.get(key) ?? { event, shard: place.shard, slots: [], told: [] };
      part.bitmaps.set(key, bitmap);
      bitmap.slots.push(place.slot);
      bitmap.told.push(told);
      waiting += 1;
      part.count += 1;
      timer ??= setTimeout(flush, GATHER_MS);
      if (part.count < MOST_AT_ONCE) return;
      gathered.delete(name);
      void write(part);
    },
  };
}
