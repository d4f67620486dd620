import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, script } from '../redis/script.ts';
import type { ReceiptTokens } from './receipt-token.ts';

export type ReceiptEvent = 'shown' | 'opened';

export interface ReceiptStore {
  /** Counts each device once per event. `invalid`: the token was not made by us for this version. */
  record(receipt: {
    alertId: string;
    version: number;
    event: ReceiptEvent;
    token: string;
  }): Promise<'recorded' | 'repeated' | 'invalid'>;
}

/** KEYS: bitmap of devices, report. ARGV: slot, counter. The bitmap lives as long as the report. */
const RECORD = script(`
local life = redis.call('TTL', KEYS[2])
if life < 0 then return -1 end
if redis.call('SETBIT', KEYS[1], ARGV[1], 1) == 1 then return 0 end
redis.call('EXPIRE', KEYS[1], life)
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
return 1`);

export function createReceiptStore(deps: { redis: Redis; tokens: ReceiptTokens }): ReceiptStore {
  return {
    record: async ({ alertId, version, event, token }) => {
      const place = deps.tokens.read({ alertId, version }, token);
      if (place === undefined) return 'invalid';
      const answer = await runScript(
        deps.redis,
        RECORD,
        [keys.receipts(alertId, version, event, place.shard), keys.report(alertId, version)],
        [place.slot, event],
      );
      if (answer === -1) return 'invalid';
      return answer === 1 ? 'recorded' : 'repeated';
    },
  };
}
