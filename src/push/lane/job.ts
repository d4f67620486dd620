import type { Attempt } from './in-flight.ts';
import type { createMessageHeaders } from './message-headers.ts';
import type { LaneGauges } from '../sender-metrics.ts';
import type { PushAnswer, PushMessage, PushTarget, Rank, SendOrder } from '../types.ts';

/** One message on its way. */
export interface Job extends Attempt {
  readonly target: PushTarget;
  readonly message: PushMessage;
  readonly order: SendOrder;
  readonly path: string;
  readonly lane: Lane;
  readonly resolve: (answer: PushAnswer) => void;
  readonly submittedAt: number;
}

/** Whether the message has failed before: another failure then says more about its subscription than about the service. */
export const isAgain = (job: Job): boolean => job.order.again ?? false;

/**
 * Everything that is kept of one origin, which shares nothing with other origins: its queues, its limit, its pauses and its
 * circuit.
 */
export interface Lane extends LaneGauges {
  readonly origin: string;
  readonly headers: ReturnType<typeof createMessageHeaders>;
  /** No message is in flight or waits. */
  readonly idle: boolean;
  /** Starts the job, queues it (for a bounded time), or answers it immediately. */
  submit(job: Job): void;
  /** Ends a job that has its answer, and learns from the answer. */
  settle(job: Job, answer: PushAnswer): void;
  /** Answers all waiting jobs of an order. */
  withdraw(order: SendOrder): void;
  /** Time in ms during which submitting more of a rank is useless; 0 if it is useful. */
  busyMs(rank: Rank): number;
  /** Answers all waiting jobs; jobs in flight continue. */
  close(): void;
}
