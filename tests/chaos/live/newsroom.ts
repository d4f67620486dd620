import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../../../src/alerts/schema.ts';
import { createLiveLog } from '../../../src/live/log/log.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import type { AlertSource } from './alert-source.ts';
import type { LogModel } from './model.ts';
import { parsePosition } from './trace.ts';

/** Milliseconds between two alerts, at most. */
const GAP_MS = 120;
const FLOOD = 600;

/** Writes alerts to the live log, one after the other, and tells the model what stands there. */
export interface Newsroom {
  readonly written: number;
  flood(): Promise<void>;
  /** Empties Redis between two alerts. */
  wipe(): Promise<void>;
  /** No more alerts; resolves when all are written. @throws when the log holds anything else than what was written */
  close(): Promise<void>;
}

/** @param deps.redis a `worker` connection: it waits for Redis to come back */
export function openNewsroom(deps: {
  redis: Redis;
  model: LogModel;
  source: AlertSource;
  random: () => number;
}): Newsroom {
  const { redis, model, source } = deps;
  const log = createLiveLog(redis);
  const closing = new AbortController();
  let written = 0;
  /** One thing at a time: a wipe comes between two alerts. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  async function append(alert: Alert): Promise<void> {
    const { epoch, offset } = parsePosition((await log.append(alert)).cursor);
    model.begin(epoch);
    // As the log holds it: what is undefined is not there.
    model.record(epoch, { offset, alert: JSON.parse(JSON.stringify(alert)) as Alert });
    written += 1;
  }

  /** What stands in Redis, read without the product's help, is what was written. */
  async function compare(): Promise<void> {
    const entries = await redis.xrange(keys.liveLog, '-', '+');
    const stands = entries.map(([id, fields]) => ({ offset: Number.parseInt(id, 10), alert: fields[1] }));
    const wanted = model
      .entries(model.currentEpoch)
      .map(({ offset, alert }) => ({ offset, alert: JSON.stringify(alert) }));
    if (JSON.stringify(stands) !== JSON.stringify(wanted.slice(-stands.length)) || stands.length === 0) {
      throw new Error(`the log holds ${stands.length} versions, written were ${wanted.length}`);
    }
  }

  const flow = (async () => {
    while (!closing.signal.aborted) {
      await inTurn(() => append(source.next()));
      await sleep(deps.random() * GAP_MS);
    }
  })();

  return {
    get written() {
      return written;
    },
    flood: () =>
      inTurn(async () => {
        await Promise.all(Array.from({ length: FLOOD }, () => append(source.large())));
      }),
    wipe: () =>
      inTurn(async () => {
        await compare();
        await redis.flushall();
        await append(source.next());
      }),
    close: async () => {
      closing.abort();
      await flow;
      await inTurn(compare);
    },
  };
}
