import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertStore } from '../../alerts/store.ts';
import { toPublicAlert } from '../../alerts/schema.ts';
import { asSent } from '../../alerts/silent.ts';
import type { Address } from '../../audience/address.ts';
import type { Answer, Message } from '../../channels/channel.ts';
import type { Channels } from '../../channels/channels.ts';
import type { Logger } from '../../ops/logger.ts';
import type { SendableDevices, TestOutcome } from './devices.ts';
import type { TestJob } from './queue.ts';

/** A test that comes later than this tells its editor nothing any more, and the push service need not keep it longer. */
const LIFE_MS = 5 * 60_000;
const TRIES = 3;
/** The longest wait before another try, ms: the editor is looking at the device. */
const MOST_WAIT_MS = 5000;

export interface TestSendingDeps {
  readonly alerts: Pick<AlertStore, 'get'>;
  readonly channels: Pick<Channels, 'of'>;
  readonly devices: SendableDevices;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Waits so many ms before another try. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Sends a version to its editor's own test devices, and notes what came of it. It writes nothing that a report, a count or
 * another editor reads. A second run sends again: on the device, it takes the place of the first.
 */
export async function sendTest(deps: TestSendingDeps, { editorId, ...job }: TestJob): Promise<void> {
  const [found, devices] = await Promise.all([
    deps.alerts.get(job.alertId, job.version),
    deps.devices.addresses(editorId),
  ]);
  if (found === undefined) return;
  const alert = toPublicAlert(asSent(found));
  await Promise.all(
    devices.map(async (device) => {
      const message = deps.channels.of(device.address).composeTest(alert, deps.now());
      const { outcome, reason } = await tryToSend(deps, message, device.address, job.askedAt + LIFE_MS);
      await deps.devices.note(editorId, device, outcome);
      if (outcome !== 'accepted') {
        const about = { editorId, device: device.id, alertId: job.alertId, outcome, reason };
        deps.logger.warn(about, 'a test did not reach a test device');
      }
    }),
  );
}

async function tryToSend(
  { now, wait = sleep }: TestSendingDeps,
  message: Message,
  address: Address,
  endMs: number,
): Promise<{ readonly outcome: TestOutcome; readonly reason?: string }> {
  let reason = 'too late';
  for (let tries = 0; tries < TRIES && now() < endMs; tries += 1) {
    const ttl = Math.max(1, Math.floor((endMs - now()) / 1000));
    // The lanes of unproven subscriptions: whatever a test device answers, the lanes of readers learn nothing from it.
    const order = { rank: 0, unproven: true, stopped: false } as const;
    const answer: Answer = await message.send(address, { token: '', ttl }, { ...order });
    if (answer.type === 'unreachable') return { outcome: 'failed', reason: 'it has another VAPID key' };
    if (answer.type !== 'retry') return { outcome: answer.type };
    ({ reason } = answer);
    if (tries + 1 < TRIES) await wait(Math.min(Math.max(answer.afterMs, 1000), MOST_WAIT_MS));
  }
  return { outcome: 'failed', reason };
}
