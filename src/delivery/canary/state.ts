import { z } from 'zod';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';

/** `push`: to a subscription of our own. `socket`: to a connection of our own. */
export const WAYS = ['push', 'socket'] as const;
export type Way = (typeof WAYS)[number];

/** From so many failures in a row on, somebody must look. */
export const FAILURES_TO_TELL = 3;
/** Without a run for so many intervals, the canary itself has stopped. */
const MISSED_RUNS = 3;

/** How a run came through on one way. */
export const wayResultSchema = z.union([
  z.object({ ms: z.number() }),
  /** Why not, for people. */
  z.object({ fault: z.string() }),
]);
export type WayResult = z.infer<typeof wayResultSchema>;

/** What all servers know of the canary. */
export interface CanaryState {
  /** When the last run began, ms since the epoch; undefined: there was none. */
  readonly at: number | undefined;
  readonly ways: Readonly<
    Record<
      Way,
      {
        /** Of the last run that came through. */
        readonly ms: number | undefined;
        readonly failuresInARow: number;
        readonly fault: string;
      }
    >
  >;
}

export interface CanaryStateStore {
  read(): Promise<CanaryState>;
  /** @returns how many runs in a row have failed on this way now */
  note(at: number, way: Way, result: WayResult): Promise<number>;
}

export function createCanaryState(redis: Redis): CanaryStateStore {
  return {
    read: async () => {
      const fields = await redis.hgetall(keys.canary);
      const number = (name: string): number | undefined =>
        fields[name] === undefined ? undefined : Number(fields[name]);
      const of = (way: Way): CanaryState['ways'][Way] => ({
        ms: number(`${way}:ms`),
        failuresInARow: number(`${way}:failures`) ?? 0,
        fault: fields[`${way}:fault`] ?? '',
      });
      return { at: number('at'), ways: { push: of('push'), socket: of('socket') } };
    },
    note: async (at, way, result) => {
      const writing = redis.multi().hset(keys.canary, 'at', at);
      if ('ms' in result) {
        await writing.hset(keys.canary, `${way}:ms`, result.ms, `${way}:failures`, 0).exec();
        return 0;
      }
      const answers = await writing
        .hset(keys.canary, `${way}:fault`, result.fault)
        .hincrby(keys.canary, `${way}:failures`, 1)
        .exec();
      return Number(answers?.[2]?.[1] ?? 0);
    },
  };
}

/** For `/readyz`. @param seconds from one run to the next */
export function describeCanary({ at, ways }: CanaryState, seconds: number, nowMs: number): string {
  if (at === undefined) return 'has not run yet';
  const age = Math.round((nowMs - at) / 1000);
  if (age > MISSED_RUNS * seconds) return `has not run for ${age} s`;
  const failing = WAYS.filter((way) => ways[way].failuresInARow >= FAILURES_TO_TELL);
  if (failing.length === 0) return 'comes through';
  return failing
    .map((way) => `${way} failed ${ways[way].failuresInARow} times in a row: ${ways[way].fault}`)
    .join('; ');
}
