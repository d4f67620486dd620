import type { EditorAlert } from '../../alerts/schema.ts';
import type { FanOutJob } from '../queues.ts';
import { createCheckpoints } from './checkpoints.ts';
import type { SendingDeps } from './deps.ts';
import { beginState, fail, type RunStart } from './run-state.ts';
import { sendDeliveries } from './send-deliveries.ts';
import { createStanding } from './standing.ts';

/*
 *            nothing moves for a second
 *  sending ─────────────────────────────► handed over ──┐
 *     │  ▲                                   │ all      │ the version is over, or the ledger fails
 *     │  └─ checkpoint every 250 ms ─┘       │ answers  ▼
 *     │ all answers                          │        stopped
 *     ▼                                      ▼          │ all answers
 *  ended ◄───────────────────────────────────┴──────────┘
 *
 * sending: the job waits; the batch or retry is claimed by this run, and its lease is renewed by each checkpoint.
 * handed over: the job has ended, and its place is free. What has no answer yet is a retry that is due when all answers must
 *   have come: its job then finds nothing, or what a killed process has left.
 * stopped: nothing more is started. What is on the wire is answered and written down.
 * ended: every answer is in the ledger, or the run has failed and its job runs again.
 */

/** Longest time between writes to the ledger, ms. A killed worker may repeat the messages sent since the last write. */
const CHECKPOINT_MS = 250;
/** A job all of whose messages are on the wire, and that has had no answer for so long, is not worth its place, ms. */
const STANDSTILL_MS = 1000;

export interface DeliveryRun {
  /** The job may end: each delivery has an outcome, or is in a retry, or the alert was stopped. Rejects when the ledger could not be written. */
  readonly released: Promise<void>;
  /** All answers have come. Never rejects. */
  readonly ended: Promise<void>;
}

/** Sends to the slots of a batch or retry, and writes the results into the ledger meanwhile. */
export function startRun(
  deps: SendingDeps,
  version: FanOutJob,
  alert: EditorAlert,
  start: RunStart,
): DeliveryRun {
  const state = beginState(version, alert, start, deps.now());
  const standing = createStanding(deps, alert.id, state.part === 'unproven');
  const checkpoints = createCheckpoints(deps, state, standing);
  const failed = (error: unknown): void => fail(state, deps, error);

  let release: () => void = () => undefined;
  const handedOver = new Promise<void>((resolve) => (release = resolve));
  let writing: Promise<void> | undefined;

  /** Not two at a time: while Redis is slow or away, the next one has more to write. */
  function tick(): void {
    if (writing !== undefined) return;
    // Deliveries that wait for their turn are not stuck: if nothing moves, the sender gives them back.
    if ((state.order.waiting ?? 0) > 0) state.movedAt = deps.now();
    const stands =
      state.toRead === 0 && state.undecided.size > 0 && deps.now() - state.movedAt >= STANDSTILL_MS;
    const handOver = stands && state.fault === undefined && !state.released;
    writing = checkpoints
      .write(handOver ? 'hand over' : 'between')
      .then(() => {
        state.released ||= handOver && state.fault === undefined;
        if (state.released) release();
      })
      .catch(failed)
      .finally(() => (writing = undefined));
  }

  async function run(taken: Promise<void>): Promise<void> {
    const timer = setInterval(tick, CHECKPOINT_MS);
    await sendDeliveries(deps, state, standing, taken);
    clearInterval(timer);
    await writing;
    await checkpoints.last();
    if (state.fault !== undefined) throw state.fault;
  }

  // Written before the first message leaves: the next version then knows who may have this one.
  const taken = deps.ledger.take(version, state.slots, state.life.keepSeconds);
  taken.catch(failed);
  const whole = run(taken);
  return {
    released: Promise.race([whole, handedOver]),
    ended: whole.catch((error: unknown) => {
      if (state.released) deps.logger.error({ err: error }, 'the rest of a job failed; its retry continues');
    }),
  };
}
