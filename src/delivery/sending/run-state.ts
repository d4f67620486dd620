import type { EditorAlert } from '../../alerts/schema.ts';
import type { SendOrder } from '../../channels/channel.ts';
import { deliveryLife, LEASE_MS, type DeliveryLife } from '../delivery-times.ts';
import type { Part, Retry } from '../ledger/retry.ts';
import type { Settled } from '../ledger/settled-bitmaps.ts';
import { slotKey, type Slots } from '../ledger/slots.ts';
import { rankOf, type FanOutJob } from '../queues.ts';
import type { SendingDeps } from './deps.ts';
import type { Again } from './group-retries.ts';

/** The batch (by its number) or the retry that the deliveries are of, as this run has claimed it. */
export type Home = { readonly batch: number; readonly run: string } | { readonly retry: Retry };

/** The initial state of a run. */
export interface RunStart {
  readonly home: Home;
  readonly part: Part;
  readonly slots: Slots;
  /** When the version's status was asked for, on the clock of `performance.now()`. */
  readonly statusAt: number;
  /** Another run had these deliveries and left no results: they may have arrived. */
  readonly mayHaveArrived: boolean;
}

/** The parts of a run share it: one sends, one writes the results, one ends the run. */
export interface RunState {
  readonly version: FanOutJob;
  readonly alert: EditorAlert;
  readonly life: DeliveryLife;
  readonly slots: Slots;
  readonly order: SendOrder;
  /** How often the push service has been asked in vain before, and how often in a row nothing was even sent. */
  readonly attempt: number;
  readonly waits: number;
  /** All deliveries are to this part of the audience. */
  readonly part: Part;
  readonly mayHaveArrived: boolean;
  /** Deliveries without an outcome that go into no retry: {@link slotKey}. */
  readonly undecided: Set<number>;
  /** What came since the last checkpoint. */
  settled: Settled[];
  again: Again[];
  /** Deliveries whose subscriptions have not been read yet. */
  toRead: number;
  /** The time of the last progress, ms since the epoch. */
  movedAt: number;
  /** The batch that this run has claimed, until it hands it over. */
  claim: { readonly batch: number; readonly run: string } | undefined;
  /** The retry that the deliveries are in, as the ledger knows it. */
  home: Retry | undefined;
  /** Nothing more is sent: the version is over, or `fault`. */
  stopped: boolean;
  /** The job has ended: deliveries on the wire belong to a retry. */
  released: boolean;
  /** Why the ledger cannot record the outcomes. */
  fault: unknown;
}

export function beginState(
  version: FanOutJob,
  alert: EditorAlert,
  { home, part, slots, statusAt, mayHaveArrived }: RunStart,
  nowMs: number,
): RunState {
  const retry = 'retry' in home ? home.retry : undefined;
  const { attempt, waits } = retry ?? { attempt: 0, waits: 0 };
  const undecided = new Set(slots.flatMap(([shard, all]) => all.map((slot) => slotKey(shard, slot))));
  return {
    version,
    alert,
    life: deliveryLife(alert),
    slots,
    order: {
      rank: rankOf(version.urgency, part),
      again: attempt > 0,
      unproven: part === 'unproven',
      stopped: false,
      leaseUntil: statusAt + LEASE_MS,
    },
    attempt,
    waits,
    part,
    mayHaveArrived,
    undecided,
    settled: [],
    again: [],
    toRead: undecided.size,
    movedAt: nowMs,
    claim: 'batch' in home ? home : undefined,
    home: retry,
    stopped: false,
    released: false,
    fault: undefined,
  };
}

/** A delivery has its outcome. */
export function settle(
  state: RunState,
  { shard, slot, outcome, service }: Pick<Settled, 'shard' | 'slot' | 'outcome' | 'service'>,
  nowMs: number,
): void {
  state.undecided.delete(slotKey(shard, slot));
  const ms = Math.max(0, nowMs - state.life.acceptedAtMs);
  state.settled.push({ shard, slot, outcome, service, ms, mayHaveArrived: state.mayHaveArrived });
  state.movedAt = nowMs;
}

/** A delivery goes into a retry. */
export function defer(state: RunState, again: Again, nowMs: number): void {
  state.again.push(again);
  state.undecided.delete(slotKey(again.shard, again.slot));
  state.movedAt = nowMs;
}

/** The version is over: nothing more of the run is started. */
export function stop(state: RunState, { channels }: Pick<SendingDeps, 'channels'>): void {
  state.stopped = true;
  channels.withdraw(state.order);
}

/** The ledger cannot record the outcomes. The job runs again, unless another run has it. */
export function fail(state: RunState, deps: Pick<SendingDeps, 'channels'>, error: unknown): void {
  state.fault ??= error;
  stop(state, deps);
}
