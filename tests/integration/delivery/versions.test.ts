import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nextVersion } from '../../../src/alerts/life-cycle.ts';
import type { Urgency } from '../../../src/alerts/schema.ts';
import { createSubscriptionStore } from '../../../src/audience/subscriptions.ts';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import { openDeliveryWorld, VAPID_KEY_ID, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED } from '../../support/scripted-push-service.ts';

let world: DeliveryWorld;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
});
afterEach(() => world.close());

async function correct(version: FanOutJob, urgency: Urgency): Promise<FanOutJob> {
  const last = await world.alerts.get(version.alertId);
  if (last === undefined) throw new Error('no alert');
  world.advance(500);
  const next = nextVersion(last, { change: 'correction', urgency }, 'editor', world.now());
  await world.alerts.addVersion(next);
  return { ...version, version: next.version, urgency };
}

test('a correction whose fan-out comes before those of the versions that it corrects reaches their readers', async () => {
  const subscriptions = createSubscriptionStore({
    redis: world.redis,
    vapidKeyId: VAPID_KEY_ID,
    now: world.now,
  });
  const keys = { p256dh: Buffer.concat([Buffer.of(4), randomBytes(64)]), auth: randomBytes(16) };
  const preferences = { topics: ['world'], urgency: 'urgent' as const };
  await subscriptions.put({ endpoint: 'https://push.example/urgent', ...keys }, preferences);
  const first = await world.accept();
  const second = await correct(first, 'normal');
  const third = await correct(second, 'normal');
  // The worker that had the jobs of the first two has died: they come back once their locks have run out.
  const process = world.openProcess();
  for (const version of [third, first, second]) {
    await world.fanOut(version);
    await process.work();
    world.advance(6000);
  }
  for (const version of [first, second, third]) {
    expect((await world.report(version)).outcomes).toMatchObject({ accepted: 1, pending: 0 });
  }
});
