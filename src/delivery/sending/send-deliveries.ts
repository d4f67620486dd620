import { asPlainAlert } from '../../alerts/notification.ts';
import { toPublicAlert, type Alert } from '../../alerts/schema.ts';
import { asSent } from '../../alerts/silent.ts';
import { chunksOfPages } from '../../audience/pages.ts';
import type { Member } from '../../audience/selection.ts';
import type { Answer, Channel, Envelope, Message } from '../../channels/channel.ts';
import type { RetryReason } from '../../push/types.ts';
import type { CappedReader } from '../ledger/daily-caps.ts';
import { createHolders } from '../ledger/holders.ts';
import type { Outcome } from '../report/outcomes.ts';
import { serviceNamed, type Service } from '../report/services.ts';
import { admit } from './admit.ts';
import { createCountdown } from './countdown.ts';
import type { SendingDeps } from './deps.ts';
import { defer, fail, settle, type RunState } from './run-state.ts';
import type { Standing } from './standing.ts';

/** Deliveries that a job reads and gives to the channels together, four pages: this bounds the memory of a job. */
const CHUNK = 256;
/**
 * 401 and 403 are the fault of our keys, and are tried again. Where a push service takes others, and this subscription
 * was refused so often, it was made with another key.
 */
const MOST_UNAUTHORIZED = 3;

/** Nothing was sent, and the push service is not the reason. */
const SAME_WAITS: ReadonlySet<RetryReason> = new Set(['closing', 'stopped']);
/** A request that may have reached the push service, and has no answer. */
const NO_ANSWER: ReadonlySet<RetryReason> = new Set(['timeout', 'connection', 'closing']);

/**
 * Sends to all of the run's slots, and notes each answer in its state.
 * @param taken the ledger knows that these devices may hold the version: nothing is sent before
 * @returns resolves when every answer is noted, also after a fault: each answer belongs into the ledger
 */
export async function sendDeliveries(
  deps: SendingDeps,
  state: RunState,
  standing: Standing,
  taken: Promise<void>,
): Promise<void> {
  const { version, life, order, attempt, waits } = state;
  const unproven = state.part === 'unproven';
  const alert = toPublicAlert(asSent(state.alert));
  const forms = createForms(alert);
  const { alertId } = version;
  const earlier = createHolders(deps, {
    alertId,
    version: state.alert.inPlaceOf?.version ?? version.version,
  });
  /** Why a subscription could not be read. */
  let unread: unknown;
  const serviceOf = ({ address }: Member): Service => serviceNamed(deps.channels.serviceOf(address.endpoint));
  const note = (shard: number, slot: number, outcome: Outcome, service?: Service): void =>
    settle(state, { shard, slot, outcome, service }, deps.now());

  /** Of a run in a trace, the exchange of the first message is a span. */
  let tracesNext = deps.tracing.current() !== undefined;
  function traced(member: Member, send: () => Promise<Answer>): Promise<Answer> {
    tracesNext = false;
    return deps.tracing.span(
      'send message',
      { kind: 'client', attributes: { 'ajil.service': serviceOf(member) } },
      send,
    );
  }

  /** Final, and not for this alert alone: the subscription may be one that our messages never reach. */
  function refuse(shard: number, member: Member, outcome: Outcome): void {
    note(shard, member.slot, outcome, serviceOf(member));
    if (!unproven || attempt === 0) standing.refused(shard, member);
  }

  /** @returns why readers' own rules hold the alert, by slot; counts it for the readers with a daily cap */
  async function heldIn(
    shard: number,
    members: readonly Member[],
    holds: (slot: number) => boolean,
  ): Promise<ReadonlyMap<number, 'quiet' | 'cap'>> {
    const held = new Map<number, 'quiet' | 'cap'>();
    const capped: CappedReader[] = [];
    for (const { slot, wishes } of members) {
      const admission = admit(wishes, alert, holds(slot), deps.now());
      if (admission.type === 'hold') held.set(slot, admission.reason);
      if (admission.type === 'count') capped.push({ slot, cap: admission.cap, date: admission.date });
    }
    for (const slot of await deps.caps.count(shard, alertId, capped)) held.set(slot, 'cap');
    return held;
  }

  function send(member: Member, envelope: Envelope, holds: boolean): Promise<Answer> {
    const { address } = member;
    const message = forms.of(deps.channels.of(address), holds);
    return tracesNext
      ? traced(member, () => message.send(address, envelope, order))
      : message.send(address, envelope, order);
  }

  /** @returns a promise where there is more to wait for */
  function take(shard: number, member: Member, answer: Answer): Promise<void> | undefined {
    if (answer.type === 'accepted') {
      note(shard, member.slot, 'accepted', serviceOf(member));
      standing.accepted(shard, member);
    } else if (answer.type === 'gone') {
      note(shard, member.slot, 'gone', serviceOf(member));
      return standing.gone(member);
    } else if (answer.type === 'rejected') {
      refuse(shard, member, 'rejected');
    } else if (answer.type === 'unreachable') {
      refuse(shard, member, 'failed');
    } else if (answer.reason === 'unauthorized' && attempt >= MOST_UNAUTHORIZED - 1) {
      refuse(shard, member, 'failed');
    } else if (state.fault === undefined || answer.reason !== 'stopped') {
      const count = answer.attempted
        ? { attempt: attempt + 1, waits: 0 }
        : { attempt, waits: SAME_WAITS.has(answer.reason) ? waits : waits + 1 };
      const origin = deps.channels.of(member.address).originOf(member.address);
      // Once an alert, whatever comes of it later: an acceptance takes it back.
      if (unproven && attempt === 0 && answer.attempted) standing.refused(shard, member);
      const mayHaveArrived = state.mayHaveArrived || (answer.attempted && NO_ANSWER.has(answer.reason));
      const { afterMs } = answer;
      const service = serviceOf(member);
      defer(
        state,
        { shard, slot: member.slot, service, origin, ...count, afterMs, mayHaveArrived },
        deps.now(),
      );
    }
    return undefined;
  }

  async function sendChunk(shard: number, chunk: readonly number[]): Promise<void> {
    if (deps.now() >= life.expiresAtMs) {
      for (const slot of chunk) note(shard, slot, 'expired');
      return;
    }
    const [{ members, unreadable }, holds, keyings] = await Promise.all([
      deps.selection.read(shard, chunk),
      earlier.of(shard, chunk),
      unproven ? undefined : deps.keyings?.take(shard, chunk),
    ]).finally(() => {
      state.toRead -= chunk.length;
      state.movedAt = deps.now();
    });
    await taken;
    const present = new Set([...members, ...unreadable].map(({ slot }) => slot));
    unread ??= unreadable[0]?.error;
    for (const slot of chunk) if (!present.has(slot)) note(shard, slot, 'gone');
    const tokens = deps.tokens.make(
      version,
      shard,
      members.map((member) => member.slot),
    );
    const held = await heldIn(shard, members, holds);
    for (const member of members) {
      const reason = held.get(member.slot);
      if (reason !== undefined) note(shard, member.slot, `held-${reason}`, serviceOf(member));
    }
    const ttl = Math.max(1, Math.floor((life.expiresAtMs - deps.now()) / 1000));
    const answers = createCountdown<Answer>();
    for (const [index, member] of members.entries()) {
      const { slot } = member;
      if (held.has(slot)) continue;
      const envelope = { token: tokens[index] ?? '', keying: keyings?.get(slot), ttl };
      try {
        const answer = send(member, envelope, holds(slot));
        answers.await(answer, (what) => take(shard, member, what), failed);
      } catch (error) {
        failed(error);
      }
    }
    await answers.over();
  }

  const failed = (error: unknown): void => fail(state, deps, error);
  const chunks = state.slots.flatMap(([shard, all]) =>
    chunksOfPages(all, CHUNK).map((chunk) => sendChunk(shard, chunk).catch(failed)),
  );
  await Promise.all(chunks);
  // After the others are sent: their deliveries stay pending, and the job runs again until a worker can read them.
  if (unread !== undefined) failed(unread);
}

/**
 * The forms of a version, composed once for each channel: as it is for readers that hold an earlier version, and as a plain
 * alert for the others. A retraction has none but holders in its audience.
 */
function createForms(alert: Alert): { of(channel: Channel, holds: boolean): Message } {
  const hasPlain = alert.version > 1 && alert.change !== 'retraction';
  const composed = new Map<Channel, { readonly asIs: Message; readonly plain: Message }>();
  return {
    of: (channel, holds) => {
      let forms = composed.get(channel);
      if (forms === undefined) {
        const asIs = channel.compose(alert);
        forms = { asIs, plain: hasPlain ? channel.compose(asPlainAlert(alert)) : asIs };
        composed.set(channel, forms);
      }
      return holds ? forms.asIs : forms.plain;
    },
  };
}
