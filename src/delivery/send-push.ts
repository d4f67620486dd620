import { createHash } from 'node:crypto';
import { toPublicAlert, type EditorAlert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { setBits, without } from '../audience/bitmap.ts';
import type { Member, Selection } from '../audience/selection.ts';
import type { SubscriptionStore } from '../audience/subscriptions.ts';
import { subscriptionId } from '../audience/shard.ts';
import type { EndpointPolicy } from '../push/endpoint-policy.ts';
import type { RemovalBrake } from '../push/removal-brake.ts';
import type { PushAnswer, PushSender } from '../push/types.ts';
import type { Ledger, Settled } from './ledger.ts';
import { deliveryLife, finishVersion, isStopped } from './life.ts';
import { pushMessageTemplate, type PushMessageTemplate } from './push-message.ts';
import type { BatchJob, PushJob, PushQueue, RetryJob } from './queues.ts';
import { versionName } from './queues.ts';
import type { ReceiptTokens } from './receipt-token.ts';
import type { Outcome } from './report.ts';
import { groupBy } from './group-by.ts';
import { retryDelay } from './retry-delay.ts';

/** Outcomes reach the ledger at least so often, ms: what a killed worker may send twice is what came since. */
const CHECKPOINT_MS = 250;
/** Deliveries read and handed to the sender at once: bounds the memory of a job. */
const CHUNK = 250;

export interface SendPushDeps {
  readonly alerts: AlertStore;
  readonly selection: Selection;
  readonly subscriptions: Pick<SubscriptionStore, 'remove'>;
  readonly ledger: Ledger;
  readonly pushQueue: Pick<PushQueue, 'add'>;
  readonly sender: PushSender;
  readonly policy: EndpointPolicy;
  readonly brake: Pick<RemovalBrake, 'mayRemove'>;
  readonly tokens: ReceiptTokens;
  readonly vapidKeyId: string;
  readonly publicUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Slots = readonly (readonly [shard: number, slots: readonly number[]])[];
interface Again {
  readonly shard: number;
  readonly slot: number;
  readonly delayMs: number;
  readonly attempt: number;
}

/** Sends what of a job has no outcome yet. A job that is run again goes on where the ledger ends. */
export async function sendPush(deps: SendPushDeps, job: PushJob): Promise<void> {
  const alert = await deps.alerts.get(job.alertId, job.version);
  if (alert === undefined || isStopped(alert)) return;
  if (job.kind === 'batch' && (await deps.ledger.hasEnded(job, job.batch))) return;
  const run = createRun(deps, job, alert);
  const stopped = await run.send(await pending(deps, job));
  if (!stopped) await addRetries(deps, job, run.again);
  if (job.kind === 'batch') await deps.ledger.endBatch(job, job.batch, deliveryLife(alert).keepSeconds);
}

async function pending(deps: SendPushDeps, job: PushJob): Promise<Slots> {
  return job.kind === 'batch' ? pendingOfBatch(deps, job) : pendingOfRetry(deps, job);
}

function pendingOfBatch(deps: SendPushDeps, job: BatchJob): Promise<Slots> {
  return Promise.all(
    job.pieces.map(async ({ shard, from, to }) => {
      const [first, last] = [from / 8, (to + 1) / 8 - 1];
      const [audience, settled] = await Promise.all([
        deps.selection.frozen(versionName(job), shard, first, last),
        deps.ledger.settledSlots(job, shard, first, last),
      ]);
      return [shard, setBits(without(audience, settled), from)] as const;
    }),
  );
}

function pendingOfRetry(deps: SendPushDeps, job: RetryJob): Promise<Slots> {
  return Promise.all(
    job.slots.map(async ([shard, slots]) => {
      const settled = await deps.ledger.settledSlots(job, shard, 0, -1);
      return [
        shard,
        slots.filter((slot) => ((settled[slot >> 3] ?? 0) & (0x80 >> (slot & 7))) === 0),
      ] as const;
    }),
  );
}

function createRun(deps: SendPushDeps, job: PushJob, alert: EditorAlert) {
  const life = deliveryLife(alert);
  const template = pushMessageTemplate(toPublicAlert(alert), deps.publicUrl);
  const attempt = job.kind === 'retry' ? job.attempt : 0;
  const again: Again[] = [];
  let settled: Settled[] = [];
  let stopped = false;

  function settle(shard: number, slot: number, outcome: Outcome): void {
    settled.push({ shard, slot, outcome, ms: Math.max(0, deps.now() - life.acceptedAtMs) });
  }

  async function checkpoint(): Promise<void> {
    const batch = settled;
    settled = [];
    if (batch.length > 0) {
      const { finished } = await deps.ledger.settle(job, batch, life.keepSeconds);
      if (finished) await finishVersion(deps.alerts, job);
    }
    const now = await deps.alerts.get(job.alertId, job.version);
    if (now === undefined || isStopped(now)) stopped = true;
  }

  async function deliver(shard: number, member: Member, token: string): Promise<void> {
    if (stopped) return;
    const answer = await sendOne(deps, template, life.expiresAtMs, member, token);
    if (answer.type !== 'retry') {
      settle(shard, member.slot, answer.type);
      if (answer.type === 'gone') await removeGone(deps, member);
      return;
    }
    const tried = attempt + (answer.attempted ? 1 : 0);
    const delayMs = retryDelay(tried, answer.afterMs);
    if (deps.now() + delayMs >= life.expiresAtMs) settle(shard, member.slot, 'expired');
    else again.push({ shard, slot: member.slot, delayMs, attempt: tried });
  }

  async function sendChunk(shard: number, slots: readonly number[]): Promise<void> {
    if (deps.now() >= life.expiresAtMs) {
      for (const slot of slots) settle(shard, slot, 'expired');
      return;
    }
    const members = await deps.selection.read(shard, slots);
    const present = new Set(members.map((member) => member.slot));
    for (const slot of slots) if (!present.has(slot)) settle(shard, slot, 'gone');
    const tokens = deps.tokens.make(
      job,
      shard,
      members.map((member) => member.slot),
    );
    await Promise.all(members.map((member, index) => deliver(shard, member, tokens[index] ?? '')));
  }

  return {
    again,
    /** Tells whether the newsroom stopped the alert meanwhile. */
    send: async (slots: Slots): Promise<boolean> => {
      const chunks = slots.flatMap(([shard, all]) =>
        Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, index) => ({
          shard,
          slots: all.slice(index * CHUNK, (index + 1) * CHUNK),
        })),
      );
      let writing: Promise<void> = Promise.resolve();
      let fault: unknown;
      const timer = setInterval(() => {
        writing = writing.then(checkpoint).catch((error: unknown) => {
          fault ??= error;
          stopped = true;
        });
      }, CHECKPOINT_MS);
      try {
        await Promise.all(chunks.map((chunk) => sendChunk(chunk.shard, chunk.slots)));
      } finally {
        clearInterval(timer);
        await writing;
        if (fault === undefined) await checkpoint();
      }
      if (fault !== undefined) throw fault;
      return stopped;
    },
  };
}

async function sendOne(
  deps: SendPushDeps,
  template: PushMessageTemplate,
  expiresAtMs: number,
  member: Member,
  token: string,
): Promise<PushAnswer | { type: 'failed' }> {
  // With another key the push service would answer 403: the reader must subscribe anew, and does at the next visit.
  if (member.vapidKeyId !== deps.vapidKeyId) return { type: 'failed' };
  return deps.sender.send(member, {
    payload: template.payload(token),
    ttl: Math.max(1, Math.floor((expiresAtMs - deps.now()) / 1000)),
    urgency: template.urgency,
    collapseKey: template.collapseKey,
  });
}

async function removeGone(deps: SendPushDeps, member: Member): Promise<void> {
  const verdict = deps.policy.check(member.endpoint);
  if (verdict.ok && !deps.brake.mayRemove(verdict.provider)) return;
  await deps.subscriptions.remove(subscriptionId(member.endpoint), member.auth);
}

/** Retries are jobs of their own; deliveries with about the same delay share one. The id follows from what is in it. */
async function addRetries(deps: SendPushDeps, job: PushJob, again: readonly Again[]): Promise<void> {
  const groups = groupBy(again, (one) => `${one.attempt}:${Math.ceil(Math.log2(one.delayMs))}`);
  const jobs = [...groups.values()].map((group) => {
    const slots = [...groupBy(group, (one) => one.shard)].map(([shard, ones]): [number, number[]] => [
      shard,
      ones.map((one) => one.slot).sort((a, b) => a - b),
    ]);
    const attempt = group[0]?.attempt ?? 0;
    const delayMs = Math.max(...group.map((one) => one.delayMs));
    const { alertId, version, urgency } = job;
    // The time keeps a later retry of the same deliveries apart from the one whose job is still running.
    const digest = createHash('sha256')
      .update(JSON.stringify([slots, attempt, deps.now()]))
      .digest('hex')
      .slice(0, 24);
    return {
      id: `${versionName(job)}-r${digest}`,
      job: { kind: 'retry' as const, alertId, version, urgency, attempt, slots },
      delayMs,
    };
  });
  if (jobs.length > 0) await deps.pushQueue.add(jobs);
}
