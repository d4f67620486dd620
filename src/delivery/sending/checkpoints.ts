import { setTimeout as sleep } from 'node:timers/promises';
import { isRedisAway } from '../../redis/is-redis-away.ts';
import { LEASE_MS } from '../delivery-times.ts';
import { finishVersion, isStopped } from '../version-state.ts';
import { newMark, newRetryId, type Retry } from '../ledger/retry.ts';
import { slotsOf } from '../ledger/slots.ts';
import type { SendingDeps } from './deps.ts';
import { expiredAt, groupRetries } from './group-retries.ts';
import { fail, stop, type RunState } from './run-state.ts';
import type { Standing } from './standing.ts';

/** No message waits longer for its answer, ms: the sender sees to it. */
const LONGEST_ANSWER_MS = 30_000;
/** Interval for repeating writes that Redis refused, ms: well before a run that takes over reads the ledger. */
const AGAIN_MS = 200;

/** Writes a run's results into the ledger. */
export interface Checkpoints {
  /** While the run goes on; `hand over` makes a retry of what has no answer yet, so that the job may end. */
  write(kind: 'between' | 'hand over'): Promise<void>;
  /**
   * The end of the batch or retry. What push services have taken is in the ledger before the job may be run again: while
   * Redis answers with errors (out of memory, read-only), this waits for that.
   */
  last(): Promise<void>;
}

export function createCheckpoints(deps: SendingDeps, state: RunState, standing: Standing): Checkpoints {
  const { version, life, part } = state;

  /** The unanswered deliveries, as a retry. Only a killed process leaves deliveries in it. */
  function stragglers(): Retry {
    return {
      id: newRetryId(part),
      mark: 0,
      origin: '',
      attempt: state.attempt,
      waits: state.waits,
      mayHaveArrived: true,
      dueAtMs: deps.now() + LONGEST_ANSWER_MS,
      slots: slotsOf(state.undecided),
    };
  }

  /** Of the retry that is being run, when some of it goes elsewhere. */
  function remainsOf(retry: Retry, left: Retry | undefined): Retry | undefined {
    if (left !== undefined || state.undecided.size === 0) return undefined;
    return { ...retry, mark: newMark(), mayHaveArrived: true, slots: slotsOf(state.undecided) };
  }

  async function write(kind: 'between' | 'hand over' | 'last'): Promise<void> {
    const { settled, again, home } = state;
    state.settled = [];
    state.again = [];
    const { retries, expired } = groupRetries(again, deps.now(), life.expiresAtMs, part);
    const ms = Math.max(0, deps.now() - life.acceptedAtMs);
    const left = kind === 'hand over' ? stragglers() : undefined;
    const changed = retries.length > 0 || kind !== 'between';
    const rest = changed && home !== undefined ? remainsOf(home, left) : home;
    const written = {
      settled: [...settled, ...expired.map((slot) => expiredAt(slot, ms))],
      retries: left === undefined ? retries : [...retries, left],
      home: home === undefined ? undefined : { retry: home, rest },
      claim: state.claim,
      ends: kind === 'between' || state.stopped ? undefined : state.claim?.batch,
    };
    const askedAt = performance.now();
    const progress = await deps.ledger
      .checkpoint(version, written, life.keepSeconds)
      .catch((error: unknown) => {
        state.settled = [...settled, ...state.settled];
        state.again = [...again, ...state.again];
        throw error;
      });
    state.home = left ?? rest;
    if (left !== undefined) state.claim = undefined;
    if (!progress.ours) fail(state, deps, new Error('this batch or retry is not ours any more'));
    const over = progress.status === undefined || isStopped({ ...state.alert, status: progress.status });
    if (over) stop(state, deps);
    else state.order.leaseUntil = askedAt + LEASE_MS;
    if (progress.finished) await finishVersion(deps, version);
    if (!state.stopped) await addJobs(deps, state, written.retries);
    await standing.flush();
  }

  return {
    write,
    last: async () => {
      for (;;) {
        try {
          return await write('last');
        } catch (error) {
          if (!isRedisAway(error) || deps.now() >= life.expiresAtMs) throw error;
          fail(state, deps, error);
          await sleep(AGAIN_MS);
        }
      }
    },
  };
}

/** A retry whose job cannot be added now is found by housekeeping once it is due. */
async function addJobs(deps: SendingDeps, { version }: RunState, retries: readonly Retry[]): Promise<void> {
  if (retries.length === 0) return;
  try {
    await deps.pushQueue.addRetries(version, retries);
  } catch (error) {
    deps.logger.warn({ err: error }, 'could not add the jobs of retries; the ledger keeps the retries');
  }
}
