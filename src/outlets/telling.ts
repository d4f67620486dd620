import { Counter } from 'prom-client';
import { toPublicAlert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { AttemptLog } from './attempts.ts';
import type { Teller } from './teller.ts';
import type { TellJob } from './queue.ts';

/** It was not told, and is tried again: not earlier than `afterMs`, if that is said. */
export class NotTold extends Error {
  override readonly name = 'NotTold';
  readonly afterMs: number | undefined;
  constructor(reason: string, afterMs: number | undefined) {
    super(reason);
    this.afterMs = afterMs;
  }
}

/** Nothing was tried: the job waits, and this is no attempt. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly afterMs: number;
  constructor(afterMs: number) {
    super('not yet');
    this.afterMs = afterMs;
  }
}

/** Does a job of the queue: tells one receiver, and writes down what came of it. */
export type Telling = (job: TellJob, attempt: number) => Promise<void>;

/**
 * @returns rejects with {@link NotTold} when it must be tried again, with {@link NotYet} when nothing was tried
 */
export function createTelling(deps: {
  readonly alerts: Pick<AlertStore, 'get'>;
  readonly tellers: readonly Teller[];
  readonly attempts: Pick<AttemptLog, 'add'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => number;
}): Telling {
  const counted = new Counter({
    name: 'ajil_outlet_attempts_total',
    help: 'Attempts to tell a webhook or another service of a version, by outcome: told, again (later), over (never)',
    labelNames: ['outlet', 'outcome'] as const,
    registers: [deps.metrics],
  });

  return async ({ outlet: name, receiver, event }, attempt) => {
    const teller = deps.tellers.find((one) => one.name === name);
    const alert = await deps.alerts.get(event.alertId, event.version);
    // A release that knows the teller put the job here: this one leaves it.
    if (teller === undefined) throw new NotTold(`this process has no teller ${name}`, undefined);
    if (alert === undefined) return;
    const began = performance.now();
    const told = await teller.tell(receiver, event, toPublicAlert(alert));
    if (told.type === 'later') throw new NotYet(told.afterMs);
    counted.inc({ outlet: name, outcome: told.type });
    const reason = told.reason ?? null;
    if (teller.forStrangers !== true) {
      await deps.attempts.add(name, receiver, {
        at: new Date(deps.now()).toISOString(),
        eventId: event.id,
        type: event.type,
        attempt,
        outcome: told.type,
        status: told.status ?? null,
        ms: Math.round(performance.now() - began),
        reason,
        ...(told.code === undefined ? {} : { code: told.code }),
        ...(told.detail === undefined ? {} : { detail: told.detail }),
      });
    }
    if (told.type === 'told') return;
    deps.logger[teller.forStrangers === true ? 'debug' : 'warn'](
      { outlet: name, receiver, alertId: event.alertId, status: told.status, reason },
      told.type === 'again'
        ? 'a receiver was not told; trying again later'
        : 'a receiver is not told any more',
    );
    if (told.type === 'again') throw new NotTold(told.reason, told.afterMs);
  };
}
