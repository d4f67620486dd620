import { setTimeout as sleep } from 'node:timers/promises';
import { asPlainAlert } from '../../alerts/notification.ts';
import { toPublicAlert, type Alert, type EditorAlert } from '../../alerts/schema.ts';
import type { Member } from '../../audience/selection.ts';
import type { RetryReason, SendOrder } from '../../push/types.ts';
import { isRedisAway } from '../../redis/is-redis-away.ts';
import { expiredAt, groupRetries, type Again } from './group-retries.ts';
import { createHolders } from '../ledger/holders.ts';
import { deliveryLife, finishVersion, isStopped, LEASE_MS } from '../delivery-life.ts';
import { pushMessageTemplate, type PushMessageTemplate } from './push-message.ts';
import { RANK, type FanOutJob } from '../queues.ts';
import type { Outcome } from '../report/report.ts';
import { isUnprovenRetry, newMark, newRetryId, type Retry } from '../ledger/retry.ts';
import type { SendPushDeps } from './send-push.ts';
import type { Settled } from '../ledger/settled-bitmaps.ts';
import { slotKey, slotsOf, type Slots } from '../ledger/slots.ts';
import { createStanding } from './standing.ts';

/** Longest time between writes to the ledger, ms. A killed worker may repeat the messages sent since the last write. */
const CHECKPOINT_MS = 250;
/** A job all of whose messages are on the wire, and that has had no answer for so long, is not worth its place, ms: what it waits for goes on without it. */
const STANDSTILL_MS = 1000;
/** No message waits longer for its answer, ms: the sender sees to it. */
const LONGEST_ANSWER_MS = 30_000;
/** Interval for repeating writes that Redis refused, ms: well before a run that takes over reads the ledger. */
const AGAIN_MS = 200;
/**
 * 401 and 403 are the fault of our keys, and are tried again. Where a push service takes others, and this subscription
 * was refused so often, it was made with another key.
 */
const MOST_UNAUTHORIZED = 3;
/** Deliveries that a job reads and gives to the sender together: this bounds the memory of a job. */
const CHUNK = 250;

/** Nothing was sent, and the push service is not the reason. */
const SAME_WAITS: ReadonlySet<RetryReason> = new Set(['closing', 'stopped']);
/** A request that may have reached the push service, and has no answer. */
const NO_ANSWER: ReadonlySet<RetryReason> = new Set(['timeout', 'connection', 'closing']);

/** The batch (by its number) or the retry that the deliveries are of, as this run has claimed it. */
export type Home = { readonly batch: number; readonly run: string } | { readonly retry: Retry };

/** The initial state of a run. */
export interface RunStart {
  readonly home: Home;
  readonly slots: Slots;
  /** When the version's status was asked for, on the clock of `performance.now()`. */
  readonly statusAt: number;
  /** Another run had these deliveries and did not say what became of them: they may have arrived. */
  readonly mayHaveArrived: boolean;
}

export interface DeliveryRun {
  /** The job may end: each delivery has an outcome, or is in a retry, or the alert was stopped. Rejects when the ledger could not be written. */
  readonly released: Promise<void>;
  /** All answers have come. Never rejects. */
  readonly ended: Promise<void>;
}

/**
 * Sends to `slots`, and writes into the ledger what comes of it while it goes on. Once no answer has come for a second,
 * the rest becomes a retry that is due when all answers must have come: its job then finds nothing, or what a killed
 * process has left.
 */
export function startRun(
  deps: SendPushDeps,
  version: FanOutJob,
  alert: EditorAlert,
  { home: from, slots, statusAt, mayHaveArrived }: RunStart,
): DeliveryRun {
  const life = deliveryLife(alert);
  const shown = toPublicAlert(alert);
  const template = pushMessageTemplate(shown, deps.publicUrl);
  const plain = templateForOthers(shown, template, deps.publicUrl);
  const earlier = createHolders(deps, version);
  let claim = 'batch' in from ? from : undefined;
  let home = 'retry' in from ? from.retry : undefined;
  const { attempt, waits } = home ?? { attempt: 0, waits: 0 };
  const unproven = home !== undefined && isUnprovenRetry(home.id);
  const standing = createStanding(deps, unproven);
  const order: SendOrder = {
    rank: RANK[version.urgency],
    again: attempt > 0,
    unproven,
    stopped: false,
    leaseUntil: statusAt + LEASE_MS,
  };
  const undecided = new Set(slots.flatMap(([shard, all]) => all.map((slot) => slotKey(shard, slot))));
  let settled: Settled[] = [];
  let again: Again[] = [];
  let toRead = undecided.size;
  let movedAt = deps.now();
  let stopped = false;
  let released = false;
  let fault: unknown;

  function settle(shard: number, slot: number, outcome: Outcome): void {
    undecided.delete(slotKey(shard, slot));
    const ms = Math.max(0, deps.now() - life.acceptedAtMs);
    settled.push({ shard, slot, outcome, ms, mayHaveArrived });
    movedAt = deps.now();
  }

  async function deliver(shard: number, member: Member, token: string, holds: boolean): Promise<void> {
    // With another key the push service would answer 403: the browser subscribes again at the next visit.
    if (member.vapidKeyId !== deps.vapidKeyId) return refuse(shard, member, 'failed');
    const ttl = Math.max(1, Math.floor((life.expiresAtMs - deps.now()) / 1000));
    const form = holds ? template : plain;
    const { urgency, collapseKey } = form;
    const message = { payload: form.payload(token), ttl, urgency, collapseKey };
    const answer = await deps.sender.send(member, message, order);
    if (answer.type === 'accepted') {
      settle(shard, member.slot, 'accepted');
      standing.accepted(shard, member);
    } else if (answer.type === 'gone') {
      settle(shard, member.slot, 'gone');
      await standing.gone(member);
    } else if (answer.type === 'rejected') {
      refuse(shard, member, 'rejected');
    } else if (answer.reason === 'unauthorized' && attempt >= MOST_UNAUTHORIZED - 1) {
      refuse(shard, member, 'failed');
    } else if (fault === undefined || answer.reason !== 'stopped') {
      const verdict = deps.policy.check(member.endpoint);
      const count = answer.attempted
        ? { attempt: attempt + 1, waits: 0 }
        : { attempt, waits: SAME_WAITS.has(answer.reason) ? waits : waits + 1 };
      const origin = verdict.ok ? verdict.origin : '';
      // Once an alert, whatever comes of it later: an acceptance takes it back.
      if (unproven && attempt === 0 && answer.attempted) standing.refused(shard, member);
      const open = mayHaveArrived || (answer.attempted && NO_ANSWER.has(answer.reason));
      const { slot } = member;
      again.push({ shard, slot, origin, ...count, afterMs: answer.afterMs, mayHaveArrived: open });
      undecided.delete(slotKey(shard, member.slot));
      movedAt = deps.now();
    }
  }

  /** Final, and not for this alert alone: the subscription may be one that our messages never reach. */
  function refuse(shard: number, member: Member, outcome: Outcome): void {
    settle(shard, member.slot, outcome);
    if (!unproven || attempt === 0) standing.refused(shard, member);
  }

  async function sendChunk(shard: number, chunk: readonly number[]): Promise<void> {
    if (deps.now() >= life.expiresAtMs) {
      for (const slot of chunk) settle(shard, slot, 'expired');
      return;
    }
    const [members, holds] = await Promise.all([
      deps.selection.read(shard, chunk),
      earlier.of(shard, chunk),
    ]).finally(() => {
      toRead -= chunk.length;
      movedAt = deps.now();
    });
    await taken;
    const present = new Set(members.map((member) => member.slot));
    for (const slot of chunk) if (!present.has(slot)) settle(shard, slot, 'gone');
    const tokens = deps.tokens.make(
      version,
      shard,
      members.map((member) => member.slot),
    );
    await Promise.all(
      members.map((member, index) =>
        deliver(shard, member, tokens[index] ?? '', holds(member.slot)).catch(fail),
      ),
    );
  }

  /** Waits for every answer, also when something fails: each of them belongs into the ledger. */
  async function sendAll(): Promise<void> {
    const chunks = slots.flatMap(([shard, all]) =>
      Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, index) =>
        sendChunk(shard, all.slice(index * CHUNK, (index + 1) * CHUNK)).catch(fail),
      ),
    );
    await Promise.all(chunks);
  }

  /** The unanswered deliveries, as a retry. Only a killed process leaves deliveries in it. */
  function stragglers(): Retry {
    const dueAtMs = deps.now() + LONGEST_ANSWER_MS;
    const slots = slotsOf(undecided);
    return {
      id: newRetryId(unproven),
      mark: 0,
      origin: '',
      attempt,
      waits,
      mayHaveArrived: true,
      dueAtMs,
      slots,
    };
  }

  /** Of the retry that is being run, when some of it goes elsewhere. */
  function remainsOf(retry: Retry, left: Retry | undefined): Retry | undefined {
    if (left !== undefined || undecided.size === 0) return undefined;
    return { ...retry, mark: newMark(), mayHaveArrived: true, slots: slotsOf(undecided) };
  }

  async function checkpoint(kind: 'between' | 'hand over' | 'last'): Promise<void> {
    const taken = { settled, again };
    settled = [];
    again = [];
    const { retries, expired } = groupRetries(taken.again, deps.now(), life.expiresAtMs, unproven);
    const ms = Math.max(0, deps.now() - life.acceptedAtMs);
    const outcomes = [...taken.settled, ...expired.map((slot) => expiredAt(slot, ms))];
    const left = kind === 'hand over' ? stragglers() : undefined;
    const changed = retries.length > 0 || kind !== 'between';
    const rest = changed && home !== undefined ? remainsOf(home, left) : home;
    const written = {
      settled: outcomes,
      retries: left === undefined ? retries : [...retries, left],
      home: home === undefined ? undefined : { retry: home, rest },
      claim,
      ends: kind === 'between' || stopped ? undefined : claim?.batch,
    };
    const askedAt = performance.now();
    const progress = await deps.ledger
      .checkpoint(version, written, life.keepSeconds)
      .catch((error: unknown) => {
        settled = [...taken.settled, ...settled];
        again = [...taken.again, ...again];
        throw error;
      });
    home = left ?? rest;
    if (left !== undefined) claim = undefined;
    if (!progress.ours) fail(new Error('this batch or retry is not ours any more'));
    const over = progress.status === undefined || isStopped({ ...alert, status: progress.status });
    if (over) stop();
    else order.leaseUntil = askedAt + LEASE_MS;
    if (progress.finished) await finishVersion(deps.alerts, version);
    if (!stopped) await addJobs(deps, version, written.retries);
    await standing.flush();
  }

  function stop(): void {
    stopped = true;
    deps.sender.withdraw(order);
  }

  /** Stops sending, because the ledger cannot record the outcomes. The job runs again unless another run has it. */
  function fail(error: unknown): void {
    fault ??= error;
    stop();
  }

  let release: () => void = () => undefined;
  const handedOver = new Promise<void>((resolve) => (release = resolve));
  let writing: Promise<void> | undefined;

  /** Not two at a time: while Redis is slow or away, the next one has more to write. */
  function tick(): void {
    if (writing !== undefined) return;
    // Those that wait for their turn are not stuck: where nothing moves, the sender gives them back.
    if ((order.waiting ?? 0) > 0) movedAt = deps.now();
    const stands = toRead === 0 && undecided.size > 0 && deps.now() - movedAt >= STANDSTILL_MS;
    const handOver = stands && fault === undefined && !released;
    writing = checkpoint(handOver ? 'hand over' : 'between')
      .then(() => {
        released ||= handOver && fault === undefined;
        if (released) release();
      })
      .catch(fail)
      .finally(() => (writing = undefined));
  }

  /**
   * What push services have taken is in the ledger before the job may be run again: while Redis answers with errors (out of
   * memory, read-only), it waits for that.
   */
  async function lastCheckpoint(): Promise<void> {
    for (;;) {
      try {
        return await checkpoint('last');
      } catch (error) {
        if (!isRedisAway(error) || deps.now() >= life.expiresAtMs) throw error;
        fail(error);
        await sleep(AGAIN_MS);
      }
    }
  }

  async function run(): Promise<void> {
    const timer = setInterval(tick, CHECKPOINT_MS);
    await sendAll();
    clearInterval(timer);
    await writing;
    await lastCheckpoint();
    if (fault !== undefined) throw fault;
  }

  /** Written before the first message leaves: the next version then knows who may have this one. */
  const taken = deps.ledger.take(version, slots, life.keepSeconds);
  taken.catch(fail);
  const whole = run();
  return {
    released: Promise.race([whole, handedOver]),
    ended: whole.catch((error: unknown) => {
      if (released) deps.logger.error({ err: error }, 'the rest of a job failed; its retry continues');
    }),
  };
}

/** For readers that hold no earlier version. A retraction has none but holders in its audience. */
function templateForOthers(
  alert: Alert,
  template: PushMessageTemplate,
  publicUrl: string,
): PushMessageTemplate {
  if (alert.version === 1 || alert.change === 'retraction') return template;
  return pushMessageTemplate(asPlainAlert(alert), publicUrl);
}

/** A retry whose job cannot be added now is found by housekeeping once it is due. */
async function addJobs(deps: SendPushDeps, version: FanOutJob, retries: readonly Retry[]): Promise<void> {
  if (retries.length === 0) return;
  try {
    await deps.pushQueue.addRetries(version, retries);
  } catch (error) {
    deps.logger.warn({ err: error }, 'could not add the jobs of retries; the ledger keeps the retries');
  }
}
