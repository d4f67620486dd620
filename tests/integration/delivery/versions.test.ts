import { afterEach, beforeEach, expect, test } from 'vitest';
import { nextVersion } from '../../../src/alerts/versions.ts';
import type { NewVersion } from '../../../src/alerts/input.ts';
import type { FanOutJob } from '../../../src/delivery/queues.ts';
import { openDeliveryWorld, type DeliveryProcess, type DeliveryWorld } from '../../support/delivery-world.ts';
import { ACCEPTED, UNAVAILABLE, type SentMessage } from '../../support/scripted-push-service.ts';

const READERS = 40;
const TIMEOUT = { type: 'retry', reason: 'timeout', afterMs: 1000, attempted: true } as const;
let world: DeliveryWorld;
let process: DeliveryProcess;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  process = world.openProcess();
});
afterEach(() => world.close());

async function follow(version: FanOutJob, input: NewVersion): Promise<FanOutJob> {
  const last = await world.alerts.get(version.alertId);
  if (last === undefined) throw new Error('no alert');
  world.advance(500);
  const next = nextVersion(last, input, 'editor', world.now());
  await world.alerts.addVersion(next);
  return { ...version, version: next.version, urgency: next.urgency };
}
const correct = (version: FanOutJob, input: Partial<NewVersion> = {}): Promise<FanOutJob> =>
  follow(version, { change: 'correction', headline: 'النص الصحيح', note: 'ذكرنا خطأً', ...input });

const endpointsOf = (messages: readonly SentMessage[]): Set<string> =>
  new Set(messages.map(({ endpoint }) => endpoint));
const sent = (version: number): SentMessage[] =>
  world.service.messages().filter((message) => message.version === version);
/** What each device has in the end: the last message that its push service took. */
const held = (): Map<string, SentMessage> =>
  new Map(
    world.service.messages().flatMap((message) => (message.taken ? [[message.endpoint, message]] : [])),
  );
const statusesOf = async ({ alertId }: FanOutJob): Promise<string[]> =>
  (await world.alerts.versions(alertId)).map(({ status }) => status);

test('a version that waits in a retry is not sent once it was corrected, and nobody ends with it', async () => {
  await world.subscribe(READERS);
  world.service.answer = (_endpoint, request) => (request % 2 === 0 ? ACCEPTED : UNAVAILABLE);
  const first = await world.acceptAndFanOut();
  await process.work();
  expect(sent(1)).toHaveLength(READERS);
  const second = await correct(first);
  world.service.answer = () => ACCEPTED;
  await world.fanOut(second);
  await world.finish(second, process);
  expect(sent(1)).toHaveLength(READERS);
  expect([...held().values()].map(({ version }) => version)).toEqual(Array(READERS).fill(2));
  expect(await statusesOf(first)).toEqual(['superseded', 'sent']);
  const { audience, outcomes } = await world.report(first);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(audience);
});

test('only readers that have, or may have, the earlier version are told of a correction, with its note', async () => {
  await world.subscribe(READERS);
  const answers = [ACCEPTED, UNAVAILABLE, TIMEOUT, 'hang'] as const;
  const kindOf = (endpoint: string): number => Number(endpoint.split('/').at(-1)) % answers.length;
  world.service.answer = (endpoint) => answers[kindOf(endpoint)]!;
  const first = await world.acceptAndFanOut();
  const working = process.work();
  await expect.poll(() => sent(1).length).toBe(READERS);
  await expect.poll(async () => (await world.report(first)).outcomes.accepted).toBe(READERS / 4);
  const second = await correct(first);
  world.service.answer = () => ACCEPTED;
  await world.fanOut(second);
  await world.openProcess().work();
  world.service.answerHanging(ACCEPTED);
  await working;
  await world.finish(second, process);
  const plain = sent(2).filter(({ change }) => change === 'new');
  expect(new Set(plain.map(({ endpoint }) => kindOf(endpoint)))).toEqual(new Set([1]));
  expect(plain).toHaveLength(READERS / 4);
  for (const { title, body } of plain) expect({ title, body }).toEqual({ title: 'النص الصحيح', body: '' });
  const told = sent(2).filter(({ change }) => change === 'correction');
  expect(told).toHaveLength((READERS * 3) / 4);
  for (const { title, body } of told) {
    expect({ title, body }).toEqual({ title: 'تصحيح: النص الصحيح', body: 'ذكرنا خطأً' });
  }
});

test('batches that are still queued are not sent, and a worker that was killed while it sent leaves no doubt', async () => {
  await world.subscribe(200);
  world.service.places = 8;
  world.service.answer = () => 'hang';
  const first = await world.acceptAndFanOut();
  const [, batch = ''] = world.jobs.ids();
  const run = process.run(batch);
  run.catch(() => undefined);
  await expect.poll(() => world.service.hanging()).toBe(8);
  process.die();
  world.service.answerHanging(ACCEPTED);
  const reached = endpointsOf(sent(1));

  const second = await correct(first);
  world.service.answer = () => ACCEPTED;
  world.service.places = 32;
  await world.fanOut(second);
  await world.finish(second, world.openProcess());
  expect(sent(1)).toHaveLength(reached.size);
  expect(endpointsOf(sent(2)).size).toBe(200);
  for (const { endpoint, change } of sent(2)) {
    if (reached.has(endpoint)) expect(change).toBe('correction');
  }
  // Batches that nobody had begun reached nobody.
  expect(sent(2).filter(({ change }) => change === 'new').length).toBeGreaterThan(100);
});

test('a retraction goes to the readers that may have what it takes back, and to nobody else', async () => {
  await world.subscribe(READERS);
  const isReached = (endpoint: string): boolean => Number(endpoint.split('/').at(-1)) < 10;
  world.service.answer = (endpoint) => (isReached(endpoint) ? ACCEPTED : UNAVAILABLE);
  const first = await world.acceptAndFanOut();
  await process.work();
  const second = await follow(first, { change: 'retraction', note: 'لم يحدث' });
  world.service.answer = () => ACCEPTED;
  await world.fanOut(second);
  await world.finish(second, process);
  expect(await world.report(second)).toMatchObject({ audience: 10, outcomes: { accepted: 10, pending: 0 } });
  expect(sent(2).every(({ endpoint, title }) => isReached(endpoint) && title.startsWith('خبر مسحوب: '))).toBe(
    true,
  );
  expect(await statusesOf(first)).toEqual(['retracted', 'retracted']);
});

test('a run that Redis does not tell the status sends nothing once its lease is over', async () => {
  await world.subscribe(READERS);
  world.service.places = 1;
  world.service.answer = () => 'hang';
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => (lose = reject));
  const unreachable = world.openProcess({ ledger: { ...world.ledger, checkpoint: () => lost } });
  const version = await world.acceptAndFanOut();
  const [, batch = ''] = world.jobs.ids();
  const run = unreachable.run(batch);
  await expect.poll(() => world.service.hanging()).toBe(1);
  const begun = sent(1)[0]?.at ?? 0;
  await expect.poll(() => performance.now() - begun, { timeout: 5000 }).toBeGreaterThan(900);
  world.service.answerHanging(ACCEPTED);
  await expect.poll(() => world.service.waiting()).toBe(0);
  expect(sent(version.version)).toHaveLength(1);
  lose(new Error('the connection is closed'));
  await expect(run).rejects.toThrow('closed');
});

test('a correction leaves only when a run that has not heard of it can send no more', async () => {
  await world.subscribe(200);
  world.service.places = 1;
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => (lose = reject));
  const unreachable = world.openProcess({ ledger: { ...world.ledger, checkpoint: () => lost } });
  world.service.answer = () => (world.service.messages().at(-1)?.version === 1 ? 'hang' : ACCEPTED);
  const first = await world.acceptAndFanOut();
  const [, batch = ''] = world.jobs.ids();
  const run = unreachable.run(batch);
  await expect.poll(() => world.service.hanging()).toBe(1);
  const slowly = setInterval(() => world.service.answerHanging(ACCEPTED), 20);
  const second = await correct(first);
  await world.fanOut(second);
  const working = process.work();
  await expect.poll(() => sent(2).length, { timeout: 5000 }).toBe(200);
  await working;
  clearInterval(slowly);
  expect(sent(1).length).toBeGreaterThan(5);
  const lastOfFirst = Math.max(...sent(1).map(({ at }) => at));
  expect(lastOfFirst).toBeLessThan(Math.min(...sent(2).map(({ at }) => at)));
  lose(new Error('the connection is closed'));
  await expect(run).rejects.toThrow('closed');
});

test('a correction whose fan-out comes before those of the versions that it corrects reaches their readers', async () => {
  await world.subscribe(1, 'urgent');
  const first = await world.accept();
  const second = await correct(first, { urgency: 'normal' });
  const third = await correct(second, { urgency: 'normal' });
  // The worker that had the jobs of the first two has died: they come back once their locks have run out.
  for (const version of [third, first, second]) {
    await world.fanOut(version);
    await process.work();
    world.advance(6000);
  }
  expect((await world.report(third)).outcomes).toMatchObject({ accepted: 1, pending: 0 });
  // Nobody got them, so nothing was corrected; and they are counted.
  expect(sent(3)).toMatchObject([{ change: 'new', title: 'النص الصحيح' }]);
  for (const version of [first, second]) {
    expect(await world.report(version)).toMatchObject({ audience: 1, outcomes: { pending: 1 } });
    expect(sent(version.version)).toEqual([]);
  }
});
