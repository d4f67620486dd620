import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { runScript, script } from '../../redis/script.ts';
import type { ReceiptTokens } from './receipt-token.ts';

export type ReceiptEvent = 'shown' | 'opened';

interface Receipt {
  readonly alertId: string;
  readonly version: number;
  readonly event: ReceiptEvent;
  readonly token: string;
}

/** `invalid`: the token was not made by us for this version; `busy`: too many wait, nothing was counted. */
type Recorded = 'recorded' | 'repeated' | 'invalid' | 'busy';

export interface ReceiptStore {
  /** Counts each device once per event. Resolves when it is counted, which takes {@link GATHER_MS} at least. */
  record(receipt: Receipt): Promise<Recorded>;
}

/** A million devices tell within a minute what they showed: what comes in this time goes to Redis, and to its disk, as one. */
const GATHER_MS = 50;
/** Receipts that may wait; at 5,000 a second a Redis may be away for four seconds before they are turned away. */
const MOST_WAITING = 20_000;
/** Of one script call, so that no call keeps Redis for more than some milliseconds. */
const MOST_AT_ONCE = 4000;

interface Waiting {
  readonly slot: number;
  readonly settle: (recorded: Recorded) => void;
  readonly fail: (error: unknown) => void;
}

/** Waiting receipts of one version: a bitmap of devices, with its event and shard. */
interface Gathered {
  readonly alertId: string;
  readonly version: number;
  count: number;
  readonly bitmaps: Map<string, { readonly event: ReceiptEvent; readonly devices: Waiting[] }>;
}

/**
 * KEYS: report, then bitmaps of devices. ARGV: for each bitmap the event, how many slots follow, and the slots.
 * Answers 1 for each slot that is new, 0 for a known one, in order; nothing when there is no such report. A bitmap lives as
 * long as the report.
 */
const RECORD = script(`
local life = redis.call('TTL', KEYS[1])
if life < 0 then return {} end
local answers, at = {}, 1
for k = 2, #KEYS do
  local event, count, new = ARGV[at], tonumber(ARGV[at + 1]), 0
  for i = at + 2, at + 1 + count do
    local known = redis.call('SETBIT', KEYS[k], ARGV[i], 1)
    new = new + 1 - known
    answers[#answers + 1] = 1 - known
  end
  if new > 0 then
    redis.call('EXPIRE', KEYS[k], life)
    redis.call('HINCRBY', KEYS[1], event, new)
  end
  at = at + 2 + count
end
return answers`);

/** @param deps.mostWaiting {@link MOST_WAITING} */
export function createReceiptStore(deps: {
  redis: Redis;
  tokens: ReceiptTokens;
  mostWaiting?: number;
}): ReceiptStore {
  const { mostWaiting = MOST_WAITING } = deps;
  let gathered = new Map<string, Gathered>();
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;

  async function write({ alertId, version, bitmaps }: Gathered): Promise<void> {
    const lists = [...bitmaps.values()];
    const devices = lists.flatMap((list) => list.devices);
    try {
      const answers = (await runScript(
        deps.redis,
        RECORD,
        [keys.report(alertId, version), ...bitmaps.keys()],
        lists.flatMap((list) => [list.event, list.devices.length, ...list.devices.map(({ slot }) => slot)]),
      )) as number[];
      devices.forEach(({ settle }, index) => {
        const answer = answers[index];
        settle(answer === undefined ? 'invalid' : answer === 1 ? 'recorded' : 'repeated');
      });
    } catch (error) {
      for (const { fail } of devices) fail(error);
    } finally {
      waiting -= devices.length;
    }
  }

  function flush(): void {
    const parts = gathered;
    gathered = new Map();
    timer = undefined;
    for (const part of parts.values()) void write(part);
  }

  return {
    record: ({ alertId, version, event, token }) => {
      const place = deps.tokens.read({ alertId, version }, token);
      if (place === undefined) return Promise.resolve('invalid');
      if (waiting >= mostWaiting) return Promise.resolve('busy');
      return new Promise((settle, fail) => {
        const name = `${alertId}:${version}`;
        const part = gathered.get(name) ?? { alertId, version, count: 0, bitmaps: new Map() };
        gathered.set(name, part);
        const bitmap = keys.receipts(alertId, version, event, place.shard);
        const list = part.bitmaps.get(bitmap) ?? { event, devices: [] };
        part.bitmaps.set(bitmap, list);
        list.devices.push({ slot: place.slot, settle, fail });
        waiting += 1;
        part.count += 1;
        timer ??= setTimeout(flush, GATHER_MS);
        if (part.count < MOST_AT_ONCE) return;
        gathered.delete(name);
        void write(part);
      });
    },
  };
}
