import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCountingProxy, type CountingProxy } from '../../support/counting-proxy.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED } from '../../support/scripted-push-service.ts';

let proxy: CountingProxy;
let world: DeliveryWorld;

beforeEach(async () => {
  world = await openDeliveryWorld(undefined, [], async ({ url }) => {
    proxy = await startCountingProxy(url.replace('unix://', ''));
    return proxy.url;
  });
});
afterEach(async () => {
  await world.close();
  await proxy.close();
});

test('the first message of a batch waits for Redis twice: for what is to be sent, and for its readers', async () => {
  await world.subscribe(20);
  const process = world.openProcess();
  const counts: number[] = [];
  // The least of a few: a busy machine may answer in two parts.
  for (let tries = 0; tries < 3; tries += 1) {
    await world.acceptAndFanOut();
    const [batch = ''] = world.jobs.ids();
    let first: number | undefined;
    const before = proxy.waits();
    world.service.answer = () => {
      first ??= proxy.waits() - before;
      return ACCEPTED;
    };
    await process.run(batch);
    counts.push(first ?? Infinity);
  }
  expect(Math.min(...counts)).toBe(2);
});
