import { Counter } from 'prom-client';
import type { Member } from '../../audience/selection.ts';
import { subscriptionId } from '../../audience/shard.ts';
import type { Note } from '../../audience/subscriptions.ts';
import type { Metrics } from '../../ops/metrics.ts';
import { groupBy } from '../group-by.ts';
import type { Retirement, SendingDeps } from './deps.ts';

/** An unproven subscription is removed once so many alerts in a row were refused, or expired, for it. */
const UNPROVEN_LIMIT = 3;
/** Refusals in a row after which a proven subscription is removed. The browser subscribes again at the next visit. */
const PROVEN_LIMIT = 5;

type StandingDeps = Pick<SendingDeps, 'subscriptions' | 'channels' | 'logger' | 'leavings' | 'onRetired'>;

/**
 * Keeps what push services say of subscriptions: whether they ever accepted a message, and how many alerts in a row they
 * refused. A subscription that nothing can be sent to is removed by rule. Proven ones go behind the brake: a push service
 * that answers wrongly in bulk must not cost readers.
 */
export interface Standing {
  accepted(shard: number, member: Member): void;
  refused(shard: number, member: Member): void;
  gone(member: Member): Promise<void>;
  /** Writes the notes. Never rejects: lost notes are made again with the next alert. */
  flush(): Promise<void>;
}

/** Counts removed subscriptions by the reason. */
export function createRetiredCounter(metrics: Metrics): (reason: Retirement) => void {
  const retired = new Counter({
    name: 'ajil_subscriptions_retired_total',
    help: 'Subscriptions removed, by rule: gone, never accepted, or refused alert after alert',
    labelNames: ['reason'] as const,
    registers: [metrics],
  });
  return (reason) => retired.inc({ reason });
}

/**
 * @param alertId of the alert that is being sent
 * @param unproven all of the run's subscriptions are
 */
export function createStanding(deps: StandingDeps, alertId: string, unproven: boolean): Standing {
  let notes: { shard: number; member: Member; accepted: boolean }[] = [];

  async function remove({ address }: Member, reason: Retirement): Promise<void> {
    const of = reason === 'gone' ? 'gone' : 'refused';
    if (!unproven && !deps.channels.of(address).mayRemove(address, of)) return;
    const id = subscriptionId(address.endpoint);
    // A stranger's made-up subscription is no reader who leaves.
    const audiences = unproven ? [] : await deps.leavings.audiences('gone', alertId);
    const removed = await deps.subscriptions.remove(id, address.auth, audiences);
    if (!unproven && removed.type === 'found' && removed.isErased) {
      await deps.leavings.count('gone', removed.audience);
    }
    deps.onRetired(reason);
  }

  async function write(shard: number, some: readonly { member: Member; accepted: boolean }[]): Promise<void> {
    const refusals = await deps.subscriptions.note(
      shard,
      some.map(({ member, accepted }): Note => ({ slot: member.slot, auth: member.address.auth, accepted })),
    );
    const limit = unproven ? UNPROVEN_LIMIT : PROVEN_LIMIT;
    const over = some.filter((_, index) => (refusals[index] ?? 0) >= limit);
    await Promise.all(over.map(({ member }) => remove(member, unproven ? 'never-accepted' : 'refused')));
  }

  return {
    accepted: (shard, member) => {
      if (member.unproven || member.refusals > 0) notes.push({ shard, member, accepted: true });
    },
    refused: (shard, member) => void notes.push({ shard, member, accepted: false }),
    gone: (member) => remove(member, 'gone'),
    flush: async () => {
      if (notes.length === 0) return;
      const byShard = groupBy(notes, ({ shard }) => shard);
      notes = [];
      try {
        await Promise.all([...byShard].map(([shard, some]) => write(shard, some)));
      } catch (error) {
        deps.logger.warn(
          { err: error },
          'could not write the standing of some subscriptions; the next alert corrects it',
        );
      }
    },
  };
}
