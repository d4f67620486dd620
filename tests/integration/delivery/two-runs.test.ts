import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE } from '../../support/scripted-push-service.ts';

const AUDIENCE = 200;
const PLACES = 10;
const MINUTE = 60_000;
let world: DeliveryWorld;
let version: FanOutJob;

beforeEach(async () => {
  world = await openDeliveryWorld();
  await world.subscribe(AUDIENCE);
  world.service.places = PLACES;
});
afterEach(() => world.close());

const outcomes = async () => {
  const report = await world.report(version);
  // Whatever ran twice, the counts by service are those of the whole.
  const { pending: _pending, ...ended } = report.outcomes;
  expect(report.services).toEqual([{ service: 'other', outcomes: ended }]);
  return report.outcomes;
};
const isHanging = () =>
  expect.poll(() => world.service.hanging(), { timeout: 10_000 }).toBeGreaterThanOrEqual(PLACES);

/** Readies the largest batch, or the largest retry that came of it, for being run. */
async function prepare(home: 'batch' | 'retry'): Promise<string> {
  version = await world.acceptAndFanOut();
  const [first = '', largest = ''] = world.jobs.ids();
  const process = world.openProcess();
  await process.run(first);
  if (home === 'batch') return largest;
  world.service.answer = () => UNAVAILABLE;
  await process.run(largest);
  world.advance(MINUTE);
  const ids = await world.redis.hkeys(keys.retries(version.alertId, 1));
  const retries = await Promise.all(ids.map((id) => world.ledger.retry(version, id)));
  const sizeOf = (retry: (typeof retries)[number]): number =>
    retry?.slots.flatMap(([, slots]) => slots).length ?? 0;
  return retries.sort((a, b) => sizeOf(b) - sizeOf(a))[0]?.id ?? '';
}

test.for(['batch', 'retry'] as const)(
  'a %s that two processes run: only what was on the wire comes twice, and each delivery counts once',
  async (home) => {
    const id = await prepare(home);
    const before = world.service.totals();
    const job = world.jobs.get(id);
    world.service.answer = () => 'hang';
    const first = world.openProcess().run(id);
    first.catch(() => undefined);
    await isHanging();
    world.jobs.put(id, job);
    world.service.answer = () => ACCEPTED;
    await world.openProcess().run(id);
    // All that the other one sends is answered, and not the first one's: it has stopped meanwhile.
    world.service.answerHanging(ACCEPTED);
    await expect(first).rejects.toThrow('not ours');
    await world.finish(version, world.openProcess());
    expect(await outcomes()).toMatchObject({ accepted: AUDIENCE, pending: 0 });
    const { taken, takenAgain } = world.service.totals();
    expect(taken - before.taken).toBe(AUDIENCE - before.taken + PLACES);
    expect(takenAgain).toBe(PLACES);
  },
);

test('a retry that is put off while another process sends it is sent once', async () => {
  const id = await prepare('retry');
  const job = world.jobs.get(id);
  world.service.answer = () => 'hang';
  const first = world.openProcess().run(id);
  first.catch(() => undefined);
  await isHanging();
  world.jobs.put(id, job);
  world.service.answer = () => ACCEPTED;
  world.service.busyMs = () => 1000;
  const other = world.openProcess();
  await other.run(id);
  world.service.busyMs = () => 0;
  world.service.answerHanging(ACCEPTED);
  await expect(first).rejects.toThrow('not ours');
  await world.finish(version, other);
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({ taken: AUDIENCE, takenAgain: 0 });
});

test('what Redis did, and was asked for again because its answer was lost, is done once', async () => {
  world.service.answer = (_endpoint, request) => (request <= 2 ? UNAVAILABLE : ACCEPTED);
  version = await world.acceptAndFanOut();
  const twice = new Proxy(world.ledger, {
    get: (ledger, name: keyof typeof world.ledger) => {
      const call = ledger[name] as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        await call(...args);
        return call(...args);
      };
    },
  });
  await world.finish(version, world.openProcess({ ledger: twice }));
  expect(await outcomes()).toMatchObject({ accepted: AUDIENCE, pending: 0 });
  expect(world.service.totals()).toMatchObject({
    requests: 3 * AUDIENCE,
    taken: AUDIENCE,
    takenAgain: 0,
  });
});
