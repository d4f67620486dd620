import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import { createEncryptionQueue } from './encryption/encryption-queue.ts';
import { openEncryptor, type Encryptor } from './encryption/encryptor.ts';
import type { Accepted, EndpointPolicy, Provider } from './endpoint/endpoint-policy.ts';
import type { Job, Lane } from './lane/job.ts';
import { createLane } from './lane/lane.ts';
import { createLanes, type Lanes } from './lane/lanes.ts';
import { classify, DEFAULT_RETRY_AFTER } from './outcome.ts';
import type { RemovalBrake } from './endpoint/removal-brake.ts';
import { createHeldMessages } from './held-messages.ts';
import { createSenderMetrics } from './sender-metrics.ts';
import {
  isWithdrawn,
  TransportError,
  type PushAnswer,
  type PushSender,
  type RetryReason,
  type SendOrder,
  type Transport,
} from './types.ts';
import type { Vapid } from './vapid/vapid-headers.ts';

/**
 * Most push services to which connections are opened ahead: five have nearly all readers, and the others are regions of
 * one.
 */
const MAX_PRECONNECTED = 8;
const DEFAULT_ORDER: SendOrder = { rank: 2, stopped: false };
/** After this time a request without an answer is given up, ms. The transport's own deadlines should come first. */
const REQUEST_DEADLINE = 15_000;
const CLOSE_DEADLINE = 10_000;

/**
 * Opens the sender. Each push service has its own limit, queue, pauses and circuit. A message is encrypted only when it
 * may start, together with the others that start at that moment.
 * @param deps.transport the sender closes it
 * @param deps.encryptor by default the fastest that works on this machine
 * @param deps.brake learns of every answer
 * @param deps.now ms since 1970, for dates in `Retry-After`
 */
export function openSender(deps: {
  transport: Transport;
  vapid: Vapid;
  policy: EndpointPolicy;
  metrics: Metrics;
  logger: Logger;
  encryptor?: Encryptor;
  brake?: Pick<RemovalBrake, 'note'>;
  now?: () => number;
}): PushSender {
  const { transport, vapid, policy, logger, now = Date.now } = deps;
  const clock = (): number => performance.now();
  const proven = createLanes();
  const unproven = createLanes();
  const lanesOf = (isUnproven = false): Lanes => (isUnproven ? unproven : proven);
  const allLanes = (): Lane[] => [...proven.all(), ...unproven.all()];
  const metrics = createSenderMetrics(deps.metrics, allLanes);
  const encryptor = deps.encryptor ?? openEncryptor({ logger });
  const encryptionQueue = createEncryptionQueue({ encryptor, deliver });
  const held = createHeldMessages();
  /** Started and not answered. The oldest comes first, and all have the same deadline. */
  const started = new Set<Job>();
  let deadlineTimer: NodeJS.Timeout | undefined;
  let closed: Promise<void> | undefined;

  function laneOf({ origin, provider, regional }: Accepted, order: SendOrder): Lane | undefined {
    const lanes = lanesOf(order.unproven);
    const known = lanes.get(origin);
    if (known !== undefined) return known;
    const isUnproven = order.unproven === true;
    const whose = { origin, provider, regional, unproven: isUnproven };
    const lane = createLane({ ...whose, vapid, now: clock, logger, start, finish });
    if (!lanes.add(lane)) return undefined;
    // It connects while the first messages are encrypted.
    transport.preconnect(origin);
    return lane;
  }

  function start(job: Job): void {
    countWaiting(job, -1);
    started.add(job);
    deadlineTimer ??= setTimeout(giveUpOverdue, REQUEST_DEADLINE);
    encryptionQueue.add(job);
  }

  function deliver(job: Job, body: Buffer | undefined): void {
    if (body === undefined) {
      settle(job, { type: 'rejected', status: 0, reason: 'the message cannot be encrypted for this key' });
      return;
    }
    if (!started.has(job)) return; // it was given up meanwhile
    const { order, path } = job;
    if (isWithdrawn(order)) return settle(job, notTaken('stopped'));
    const { origin, provider, headers } = job.lane;
    transport.request({ origin, path, headers: headers(job.message), body, order }).then(
      (response) => settle(job, classify(response, provider, now())),
      (fault: unknown) => {
        const error = transportError(fault, provider);
        const withdrawn = !error.processed && isWithdrawn(order);
        settle(job, withdrawn ? notTaken('stopped') : classify(error, provider, now()));
      },
    );
  }

  function transportError(error: unknown, provider: Provider): TransportError {
    if (error instanceof TransportError) return error;
    logger.error({ err: error, provider }, 'the push transport broke its contract');
    return new TransportError('protocol', 'fault in the transport', true);
  }

  /** A started job has an answer. Only its first one counts. */
  function settle(job: Job, answer: PushAnswer): void {
    if (!started.delete(job)) return;
    job.lane.settle(job, answer);
    finish(job, answer);
  }

  function finish(job: Job, answer: PushAnswer): void {
    if (job.startedAt === undefined) countWaiting(job, -1);
    const sent = job.startedAt !== undefined && (answer.type !== 'retry' || answer.attempted);
    metrics.answered(job.lane, answer, sent ? clock() - (job.startedAt ?? 0) : undefined);
    if (!job.lane.unproven) deps.brake?.note(job.lane.provider, answer);
    job.resolve(answer);
    held.remove(job.lane);
  }

  function giveUpOverdue(): void {
    deadlineTimer = undefined;
    for (const job of started) {
      const rest = (job.startedAt ?? 0) + REQUEST_DEADLINE - clock();
      if (rest > 0) {
        deadlineTimer ??= setTimeout(giveUpOverdue, rest);
        break;
      }
      settle(job, { type: 'retry', afterMs: DEFAULT_RETRY_AFTER, reason: 'timeout', attempted: true });
    }
  }

  async function close(deadlineMs: number): Promise<void> {
    for (const lane of allLanes()) lane.close();
    await held.emptied(deadlineMs);
    for (const job of started) {
      settle(job, { type: 'retry', afterMs: DEFAULT_RETRY_AFTER, reason: 'closing', attempted: true });
    }
    clearTimeout(deadlineTimer);
    await transport.close(0);
  }

  return {
    send(target, message, order = DEFAULT_ORDER) {
      const verdict = policy.check(target.endpoint);
      if (!verdict.ok) return Promise.resolve(refusal(verdict));
      if (closed !== undefined) return Promise.resolve(notTaken('closing'));
      if (order.stopped) return Promise.resolve(notTaken('stopped'));
      const lane = laneOf(verdict, order);
      if (lane === undefined || !held.hasRoom(lane, order.rank))
        return Promise.resolve(notTaken('saturated'));
      held.add(lane);
      const { path } = verdict;
      return new Promise((resolve) => {
        const submittedAt = clock();
        const job: Job = {
          target,
          message,
          order,
          path,
          lane,
          resolve,
          submittedAt,
          startedAt: undefined,
          state: 'waiting',
        };
        countWaiting(job, 1);
        lane.submit(job);
      });
    },
    withdraw(order) {
      order.stopped = true;
      for (const lane of lanesOf(order.unproven).all()) lane.withdraw(order);
    },
    preconnect() {
      // Strangers make up origins: one that has never answered may not exist.
      const usual = proven.all().filter((lane) => lane.answered > 0 && !lane.circuitOpen);
      usual.sort((a, b) => b.answered - a.answered);
      for (const { origin } of usual.slice(0, MAX_PRECONNECTED)) transport.preconnect(origin);
    },
    busyMs: (origin, { rank, unproven: isUnproven }) => lanesOf(isUnproven).get(origin)?.busyMs(rank) ?? 0,
    paced() {
      const sums = new Map<Provider, number>();
      for (const { provider, perMinute } of proven.all()) {
        if (perMinute !== undefined) sums.set(provider, (sums.get(provider) ?? 0) + perMinute);
      }
      return [...sums].map(([service, perMinute]) => ({ service, perMinute }));
    },
    close: (deadlineMs = CLOSE_DEADLINE) => (closed ??= close(deadlineMs)),
  };
}

function countWaiting({ order }: Job, change: number): void {
  order.waiting = (order.waiting ?? 0) + change;
}

/** Status 0: Ajil decided it without asking a push service. */
function refusal(verdict: { gone: boolean; reason: string }): PushAnswer {
  if (verdict.gone) return { type: 'gone', status: 0 };
  return { type: 'rejected', status: 0, reason: `the endpoint ${verdict.reason}` };
}

function notTaken(reason: RetryReason): PushAnswer {
  return { type: 'retry', afterMs: DEFAULT_RETRY_AFTER, reason, attempted: false };
}
