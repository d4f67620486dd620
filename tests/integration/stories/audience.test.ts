import { afterEach, beforeEach, expect, test } from 'vitest';
import { newAlertId } from '../../../src/alerts/id.ts';
import type { NewVersion } from '../../../src/alerts/input.ts';
import type { Urgency } from '../../../src/alerts/schema.ts';
import { createStoryStore, type StoryStore } from '../../../src/alerts/stories/store.ts';
import { firstVersion, nextVersion } from '../../../src/alerts/versions.ts';
import { setBits } from '../../../src/audience/bitmap.ts';
import { createMemberships, type Memberships } from '../../../src/audience/memberships.ts';
import { createSelection, type Selection } from '../../../src/audience/selection.ts';
import { SHARDS, subscriptionId } from '../../../src/audience/shard.ts';
import { versionName, type FanOutJob } from '../../../src/delivery/queues.ts';
import { createAuditLog } from '../../../src/editors/audit.ts';
import { openDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts';
import { seededRandom } from '../../support/random.ts';
import { ACCEPTED } from '../../support/scripted-push-service.ts';

const DAYS_MS = 3 * 24 * 3_600_000;
let world: DeliveryWorld;
let stories: StoryStore;
let memberships: Memberships;
let selection: Selection;

beforeEach(async () => {
  world = await openDeliveryWorld();
  world.service.answer = () => ACCEPTED;
  const { redis, now, addresses } = world;
  const audit = createAuditLog({ redis, now, key: Buffer.alloc(32, 1) });
  stories = createStoryStore({ redis, now, audit });
  memberships = createMemberships({ redis });
  selection = createSelection({ redis, addresses, now });
});
afterEach(() => world.close());

interface Reader {
  readonly endpoint: string;
  readonly id: string;
  readonly auth: Buffer;
}

async function readersOf(count: number, topics: string[], urgency: Urgency = 'normal'): Promise<Reader[]> {
  const endpoints = await world.subscribeWith(count, { topics, urgency });
  return Promise.all(endpoints.map(knownReader));
}

async function knownReader(endpoint: string): Promise<Reader> {
  const all = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) =>
      selection.read(
        shard,
        Array.from({ length: 128 }, (__, slot) => slot),
      ),
    ),
  );
  const found = all.flatMap(({ members }) => members).find(({ address }) => address.endpoint === endpoint);
  if (found === undefined) throw new Error(`no subscription ${endpoint}`);
  return { endpoint, id: subscriptionId(endpoint), auth: found.address.auth };
}

const start = async (): Promise<string> => {
  const story = await stories.start({ name: 'زلزال', lang: 'ar' }, 'editor', DAYS_MS);
  if (story === 'full') throw new Error('full');
  return story.id;
};

interface Sent {
  readonly story: string;
  readonly escalate?: boolean;
  readonly urgency?: Urgency;
}

async function accept({ story, escalate = false, urgency = 'urgent' }: Sent): Promise<FanOutJob> {
  world.advance(1000);
  const input = { headline: 'عاجل', lang: 'ar', topics: ['world'], urgency, story, escalate };
  const alert = firstVersion(newAlertId(world.now()), input, 'editor', world.now());
  await world.alerts.create(alert, { allowDuplicate: true, storyMs: DAYS_MS });
  return { alertId: alert.id, version: 1, urgency };
}

async function send(input: Sent): Promise<FanOutJob> {
  const job = await accept(input);
  await world.fanOut(job);
  return job;
}

async function change(job: FanOutJob, input: NewVersion): Promise<FanOutJob> {
  world.advance(1000);
  const last = await world.alerts.get(job.alertId);
  if (last === undefined) throw new Error('no alert');
  const next = nextVersion(last, input, 'editor', world.now());
  await world.alerts.addVersion(next);
  const changed = { ...job, version: next.version };
  await world.fanOut(changed);
  return changed;
}

/** Endpoints of a version's frozen audience, but for what was erased since. */
async function audienceOf(job: FanOutJob): Promise<string[]> {
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) =>
      selection.read(shard, setBits(await selection.frozen(versionName(job), shard, 0, -1))),
    ),
  );
  return shards.flatMap(({ members }) => members.map(({ address }) => address.endpoint)).sort();
}
const endpointsOf = (readers: readonly Reader[]): string[] => readers.map(({ endpoint }) => endpoint).sort();

async function setMembership(reader: Reader, story: string, follows: boolean): Promise<void> {
  const state = await stories.get(story);
  if (state === undefined) throw new Error('no story');
  expect(await memberships.set(reader.id, reader.auth, state, follows)).toEqual({ type: 'set' });
}
const follow = (reader: Reader, story: string): Promise<void> => setMembership(reader, story, true);
const leave = (reader: Reader, story: string): Promise<void> => setMembership(reader, story, false);

test('a story’s first alert goes to everybody it selects; a follow-up to those, and to those who follow by hand', async () => {
  const got = await readersOf(6, ['world']);
  const [byHand, nobody] = await readersOf(2, ['sport']);
  const story = await start();
  const first = await send({ story });
  expect(await audienceOf(first)).toEqual(endpointsOf(got));
  const late = await readersOf(2, ['world']);
  await follow(byHand!, story);
  await leave(got[0]!, story);
  const second = await send({ story });
  expect(await audienceOf(second)).toEqual(endpointsOf([...got.slice(1), byHand!]));
  const escalated = await send({ story, escalate: true });
  expect(await audienceOf(escalated)).toEqual(endpointsOf([...got, byHand!, ...late]));
  const last = await send({ story });
  expect(await audienceOf(last)).toEqual(endpointsOf([...got.slice(1), byHand!, ...late]));
  expect((await memberships.of(nobody!.id, nobody!.auth)) as object).toEqual({ type: 'found', stories: [] });
  expect(await memberships.of(byHand!.id, byHand!.auth)).toEqual({ type: 'found', stories: [story] });
});

test('a fan-out that runs again after a reader has left brings nobody back', async () => {
  const [stays, leaves] = await readersOf(2, ['world']);
  const story = await start();
  const first = await send({ story });
  await leave(leaves!, story);
  await world.fanOut(first);
  expect(await audienceOf(await send({ story }))).toEqual([stays!.endpoint]);
});

test('a follow-up whose fan-out runs before that of the first alert waits for nobody and goes to its readers', async () => {
  const readers = await readersOf(5, ['world']);
  const story = await start();
  const first = await accept({ story });
  const escalated = await accept({ story, escalate: true });
  const second = await accept({ story });
  await world.fanOut(second);
  expect(await audienceOf(second)).toEqual(endpointsOf(readers));
  await Promise.all([world.fanOut(escalated), world.fanOut(first)]);
  for (const job of [first, escalated, second]) expect(await audienceOf(job)).toEqual(endpointsOf(readers));
});

test('a reader who leaves gets no update of what they have, and every correction and retraction of it', async () => {
  const [stays, leaves] = await readersOf(2, ['world']);
  const process = world.openProcess();
  const story = await start();
  await send({ story });
  const second = await send({ story });
  await process.work();
  await leave(leaves!, story);
  const updated = await change(second, { change: 'update', headline: 'أحدث' });
  expect(await audienceOf(updated)).toEqual([stays!.endpoint]);
  await process.work();
  const corrected = await change(updated, { change: 'correction', note: 'خطأ', headline: 'صحيح' });
  expect(await audienceOf(corrected)).toEqual([stays!.endpoint]);
  const third = await send({ story, escalate: true });
  expect(await audienceOf(third)).toEqual(endpointsOf([stays!, leaves!]));
  await process.work();
  const right = await change(third, { change: 'correction', note: 'خطأ', headline: 'صحيح' });
  expect(await audienceOf(right)).toEqual(endpointsOf([stays!, leaves!]));
  await process.work();
  expect(await audienceOf(await change(right, { change: 'retraction' }))).toEqual(
    endpointsOf([stays!, leaves!]),
  );
});

test('the next reader in the slot of one who was erased is no member, and has left nothing', async () => {
  const [erased] = await readersOf(1, ['world']);
  const story = await start();
  await send({ story });
  const bits = async (): Promise<string[]> => {
    const found = await world.redis.keys('{ajil:*}:story:*');
    const ones = await Promise.all(found.map(async (key) => [key, await world.redis.bitcount(key)] as const));
    return ones.filter(([, count]) => count > 0).map(([key]) => key.split(':').at(-1) ?? '');
  };
  expect(await bits()).toEqual(['members']);
  await leave(erased!, story);
  expect(await bits()).toEqual(['left']);
  await world.subscriptions.erase(erased!.id);
  expect(await bits()).toEqual([]);
});

test('what readers chose is gone a day after the story’s end', async () => {
  const [reader] = await readersOf(1, ['world']);
  const story = await start();
  await send({ story });
  await leave(reader!, story);
  const state = await stories.get(story);
  const expiries = await Promise.all(
    (await world.redis.keys('{ajil:*}:story:*')).map(async (key) =>
      Number(await world.redis.call('PEXPIRETIME', key)),
    ),
  );
  expect(new Set(expiries)).toEqual(new Set([state!.keptUntilMs]));
  expect(state!.keptUntilMs).toBe(Date.parse(state!.endsAt) + 24 * 3_600_000);
});

test('a story costs two bits for each reader', async () => {
  await readersOf(500, ['world']);
  const story = await start();
  await send({ story });
  const [reader] = await readersOf(1, ['world']);
  await leave(reader!, story);
  const { redis } = world;
  for (let shard = 0; shard < SHARDS; shard++) {
    const slots = Number(await redis.hget(`{ajil:${shard}}:meta`, 'next'));
    for (const kind of ['members', 'left']) {
      const bytes = await redis.strlen(`{ajil:${shard}}:story:${story}:${kind}`);
      expect(bytes).toBeLessThanOrEqual(Math.ceil(slots / 8));
    }
    expect(await redis.keys(`{ajil:${shard}}:story:*:part`)).toEqual([]);
  }
});

interface Model extends Reader {
  readonly topics: readonly string[];
  readonly quietest: Urgency;
  member: boolean;
  left: boolean;
}
const LOUDNESS: readonly Urgency[] = ['normal', 'urgent', 'flash'];

test.each([1, 2, 3, 4])(
  'in any order of calls, each audience is exactly the model’s (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const readers: Model[] = [];
    const subscribe = async (): Promise<void> => {
      const topics = [pick(['world', 'sport'])];
      const quietest = pick(LOUDNESS);
      const [made] = await readersOf(1, topics, quietest);
      readers.push({ ...made!, topics, quietest, member: false, left: false });
    };
    for (let index = 0; index < 12; index++) await subscribe();
    const story = await start();
    const sent: FanOutJob[] = [];
    let isFirst = true;

    const steps: (() => Promise<void>)[] = [
      async () => {
        const escalate = random() < 0.3;
        const urgency = pick(LOUDNESS);
        const everybody = isFirst || escalate;
        const hears = (one: Model): boolean => LOUDNESS.indexOf(urgency) >= LOUDNESS.indexOf(one.quietest);
        const wanted = readers.filter(
          (one) => hears(one) && (one.member || (everybody && one.topics.includes('world'))),
        );
        const job = await send({ story, escalate, urgency });
        if (random() < 0.5) await world.fanOut(job);
        expect(await audienceOf(job)).toEqual(endpointsOf(wanted));
        if (everybody) for (const one of wanted) one.member = one.member || !one.left;
        isFirst = false;
        sent.push(job);
      },
      async () => {
        const one = pick(readers);
        await follow(one, story);
        Object.assign(one, { member: true, left: false });
      },
      async () => {
        const one = pick(readers);
        await leave(one, story);
        Object.assign(one, { member: false, left: true });
      },
      async () => {
        const [gone] = readers.splice(Math.floor(random() * readers.length), 1);
        await world.subscriptions.erase(gone!.id);
        await subscribe();
      },
      subscribe,
      async () => {
        const again = sent.at(Math.floor(random() * sent.length));
        if (again !== undefined) await world.fanOut(again);
      },
    ];
    for (let step = 0; step < 40; step++) await pick(steps)();
    const members = await Promise.all(
      readers.map(async (one) => {
        const found = await memberships.of(one.id, one.auth);
        return found.type === 'found' && found.stories.includes(story);
      }),
    );
    expect(members).toEqual(readers.map(({ member }) => member));
  },
);
