import { randomBytes } from 'node:crypto';
import type { Alert } from '../../alerts/schema.ts';
import type { Channels } from '../../channels/channels.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import type { CanaryJob } from './job.ts';
import type { CanaryReceiver } from './receiver.ts';
import type { WayResult } from './state.ts';

/** A run that a worker finds later than this was given up, ms. */
const TOO_LATE_MS = 30_000;
const RESULT_KEPT_MS = 60_000;
/** As long as a receipt token. */
const TOKEN_BYTES = 16;

export interface CanarySendingDeps {
  readonly redis: Redis;
  readonly channels: Pick<Channels, 'of'>;
  /** Undefined: it could not be opened. */
  readonly receiver: Pick<CanaryReceiver, 'address' | 'take'> | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Sends a run to this process's own receiver, by the channel and the sender of alerts, and writes down what came of it. */
export async function sendCanary(deps: CanarySendingDeps, { run, at }: CanaryJob): Promise<void> {
  if (deps.now() - at > TOO_LATE_MS) return;
  const result = await send(deps, run, at);
  await deps.redis.set(keys.canaryPush(run), JSON.stringify(result), 'PX', RESULT_KEPT_MS);
}

async function send(
  { channels, receiver, now }: CanarySendingDeps,
  run: string,
  at: number,
): Promise<WayResult> {
  if (receiver === undefined)
    return { fault: 'this worker could not open the canary’s receiver: see its log' };
  const { address } = receiver;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  receiver.take();
  // The lanes of unproven subscriptions: readers' lanes, the removal brake and the alarms learn nothing from the canary.
  const order = { rank: 0 as const, unproven: true, stopped: false };
  const message = channels.of(address).compose(canaryAlert(run, at));
  const answer = await message.send(address, { token, ttl: 60 }, order);
  const received = receiver.take();
  if (received !== undefined && 'fault' in received) return received;
  if (answer.type !== 'accepted') {
    return { fault: `the sender said ${answer.type === 'retry' ? answer.reason : answer.type}` };
  }
  const text = received?.text ?? '';
  if (!text.includes(run) || !text.includes(token)) return { fault: 'another message arrived than was sent' };
  return { ms: Math.max(0, now() - at) };
}

/** An alert that is stored nowhere. */
function canaryAlert(run: string, at: number): Alert {
  const time = new Date(at).toISOString();
  return {
    id: run,
    version: 1,
    change: 'new',
    note: null,
    headline: 'كناري المنجم: هل يصل الخبر؟',
    body: null,
    url: null,
    image: null,
    imageAlt: null,
    imageCaption: null,
    imageCredit: null,
    lang: 'ar',
    dir: 'rtl',
    topics: [],
    urgency: 'urgent',
    status: 'sending',
    createdAt: time,
    publishedAt: time,
    expiresAt: new Date(at + TOO_LATE_MS).toISOString(),
    sendAt: null,
    story: null,
  };
}
