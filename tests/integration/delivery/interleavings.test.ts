import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { nextVersion } from '../../../src/alerts/versions.ts';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import type { PushAnswer } from '../../../src/push/types.ts';
import { openDeliveryWorld, type DeliveryProcess, type DeliveryWorld } from '../../support/delivery-world.ts';
import { seededRandom } from '../../support/random.ts';
import { ACCEPTED, UNAVAILABLE, type SentMessage } from '../../support/scripted-push-service.ts';

/** What may leave after a later version is accepted, ms. */
const A_SECOND = 1000;
const READERS = 150;
const STEPS = 30;
const TIMEOUT: PushAnswer = { type: 'retry', reason: 'timeout', afterMs: 500, attempted: true };
const THROTTLED: PushAnswer = { type: 'retry', reason: 'throttled', afterMs: 2000, attempted: true };

interface Accepted {
  readonly job: FanOutJob;
  readonly change: string;
  /** When the store had it, on the clock of `performance.now()`. */
  readonly at: number;
}

/** One alert, with versions, retries, kills and slow answers in an order that the seed decides. */
async function play(world: DeliveryWorld, random: () => number, endsRetracted: boolean): Promise<Accepted[]> {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const processes: DeliveryProcess[] = [world.openProcess(), world.openProcess()];
  const under: Promise<unknown>[] = [];
  const accepted: Accepted[] = [];
  await world.subscribe(READERS);
  if (random() < 0.5) await world.engage();
  world.service.places = 16;
  const first = await world.accept();
  accepted.push({ job: first, change: 'new', at: performance.now() });
  under.push(world.fanOut(first));

  async function addVersion(change: 'update' | 'correction' | 'retraction'): Promise<void> {
    const last = await world.alerts.get(first.alertId);
    if (last === undefined) throw new Error('no alert');
    const next = nextVersion(
      last,
      { change, headline: `نص ${last.version + 1}`, note: 'سبب' },
      'e',
      world.now(),
    );
    await world.alerts.addVersion(next);
    const job = { alertId: next.id, version: next.version, urgency: next.urgency };
    accepted.push({ job, change, at: performance.now() });
    const order = [...accepted].reverse().slice(0, 1 + Math.floor(random() * 2));
    for (const one of random() < 0.5 ? order : order.reverse()) under.push(world.fanOut(one.job));
  }

  async function runSome(): Promise<void> {
    const due = world.jobs.due(world.now());
    for (let count = 0; count < 3 && due.length > 0; count++) {
      const id = pick(due);
      const job = world.jobs.get(id);
      if (job === undefined) continue;
      const run = pick(processes).run(id);
      under.push(run.catch(() => world.jobs.put(id, job, world.now() + 1000)));
    }
  }

  const steps: (() => Promise<void> | void)[] = [
    runSome,
    runSome,
    runSome,
    () => addVersion(pick(['update', 'correction'])),
    () =>
      void (world.service.answer = () => pick([ACCEPTED, ACCEPTED, UNAVAILABLE, TIMEOUT, THROTTLED, 'hang'])),
    () => void (world.service.answer = () => pick([ACCEPTED, UNAVAILABLE])),
    () => world.service.answerHanging(pick([ACCEPTED, UNAVAILABLE, TIMEOUT])),
    () => {
      const index = Math.floor(random() * processes.length);
      processes[index]?.die();
      processes[index] = world.openProcess();
    },
    () => world.advance(2000),
    () => world.keepHouse(),
    () => sleep(Math.floor(random() * 300)),
  ];
  for (let step = 0; step < STEPS; step++) await pick(steps)();
  if (endsRetracted) await addVersion('retraction');

  world.service.answer = () => ACCEPTED;
  const steady = world.openProcess();
  const drain = setInterval(() => world.service.answerHanging(ACCEPTED), 50);
  const newest = accepted.at(-1)!.job;
  await world.fanOut(newest);
  await world.finish(newest, steady);
  clearInterval(drain);
  world.service.answerHanging(ACCEPTED);
  for (const process of processes) process.die();
  return accepted;
}

const byEndpoint = (messages: readonly SentMessage[]): Map<string, SentMessage[]> => {
  const all = new Map<string, SentMessage[]>();
  for (const message of messages) all.set(message.endpoint, [...(all.get(message.endpoint) ?? []), message]);
  return all;
};

test.concurrent.each(Array.from({ length: 8 }, (_, index) => [index + 1, index % 3 === 2] as const))(
  'whatever happens between, nobody ends with an outdated version (seed %i, retracted at last: %s)',
  { timeout: 120_000 },
  async (seed, endsRetracted) => {
    const world = await openDeliveryWorld();
    try {
      const accepted = await play(world, seededRandom(seed), endsRetracted);
      const newest = accepted.at(-1)!.job.version;
      for (const { version, at } of world.service.messages()) {
        const next = accepted.find(({ job }) => job.version === version + 1);
        if (next !== undefined) expect(at - next.at, `version ${version}`).toBeLessThan(A_SECOND);
      }
      const devices = byEndpoint(world.service.messages());
      for (const messages of devices.values()) {
        const taken = messages.filter((message) => message.taken);
        const versions = messages.map(({ version }) => version);
        expect(versions).toEqual([...versions].sort((a, b) => a - b));
        if (taken.length > 0) expect(taken.at(-1)?.version).toBe(newest);
        // A device that has an earlier version is told what this one is; a retraction says so to everybody that it goes to.
        taken.forEach((message, index) => {
          const change = accepted[message.version - 1]?.change;
          if (taken.slice(0, index).some(({ version }) => version < message.version)) {
            expect(message.change).toBe(change);
          }
        });
      }
      if (!endsRetracted) expect(devices.size).toBe(READERS);
      for (const { job } of accepted) {
        const { audience, outcomes } = await world.report(job);
        expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(audience);
      }
    } finally {
      await world.close();
    }
  },
);
