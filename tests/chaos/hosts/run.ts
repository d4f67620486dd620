import { setTimeout as sleep } from 'node:timers/promises';
import { isComplete } from '../../support/api-client.ts';
import { seededRandom } from '../../support/random.ts';
import { startEditor, type Sent } from './editor.ts';
import { FAULTS, type Doubt, type FaultName } from './faults.ts';
import type { Weather } from './network.ts';
import { startReaders, type Readers } from './readers.ts';
import { startWorld, type World } from './world.ts';
import type { Programs } from './world-apart.ts';

export interface HostsOptions {
  readonly programs: Programs;
  readonly weather: Weather;
  /** A fault for each round. */
  readonly faults: readonly FaultName[];
  readonly readers: number;
  readonly subscriptions: number;
  readonly durability: 'local' | 'replicated';
  readonly cluster: boolean;
  readonly onRound: (entry: RoundEntry) => void;
}

/** What became of the alerts of a round. */
export interface RoundEntry {
  readonly fault: FaultName;
  readonly alerts: number;
  /** Acknowledged, and not there afterwards, or not with everybody. */
  readonly lost: number;
  readonly messages: number;
  /** Messages that a subscription had already, and how many may be. */
  readonly twice: number;
  readonly bound: number;
  /** Messages of an alert that was stored once more, because the first was lost before anybody was told of it. */
  readonly again: number;
  readonly gaps: number;
  /** Seconds in which a POST was refused, or not answered. */
  readonly refusedSeconds: number;
  readonly longestWaitMs: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

const EVERY_MS = 400;
const LEAD_MS = 1500;
const REPORT_MS = 60_000;

export async function runHosts(options: HostsOptions): Promise<readonly RoundEntry[]> {
  const random = seededRandom(options.weather.seed);
  const world = await startWorld(options);
  const readers = startReaders(world.origin, options.readers, options.weather.seed);
  const entries: RoundEntry[] = [];
  try {
    await readers.open();
    for (const [index, fault] of options.faults.entries()) {
      const entry = await runRound(world, readers, fault, `${fault} ${index + 1}`, random);
      entries.push(entry);
      options.onRound(entry);
      if (entry.faults.length > 0) console.error(world.logs().split('\n').slice(-300).join('\n'));
      await world.redis.whole();
    }
  } catch (error) {
    throw new Error(world.logs(), { cause: error });
  } finally {
    readers.close();
    await world.stop();
  }
  return entries;
}

async function runRound(
  world: World,
  readers: Readers,
  fault: FaultName,
  name: string,
  random: () => number,
): Promise<RoundEntry> {
  const before = await world.service.totals();
  const counts = await countsOf(world);
  const editor = startEditor({ origin: world.origin, key: world.adminKey, everyMs: EVERY_MS, name });
  await sleep(LEAD_MS);
  const doubts = await FAULTS[fault].run(world, random);
  await sleep(LEAD_MS);
  const sent = await editor.stop();
  const acknowledged = sent.flatMap(({ id }) => id ?? []);
  const lost = await lostOf(world, acknowledged);
  const gaps = await readers.faults(acknowledged);
  const after = await world.service.totals();
  const messages = after.posts - before.posts;
  const reached = after.collapsed - before.collapsed;
  const least = (await countsOf(world)).map((count, index) => count - (counts[index] ?? 0));
  const left = least.filter((count) => count < acknowledged.length).length;
  const twice = messages - reached;
  const bound = await takenIn(world, doubts);
  const unanswered = sent.length - acknowledged.length;
  const waited = sent.map(({ waitedMs }: Sent) => waitedMs ?? Infinity);
  return {
    fault,
    alerts: acknowledged.length,
    lost: lost.length,
    messages,
    twice,
    bound,
    again: Math.max(0, reached - acknowledged.length * world.subscriptions.length),
    gaps: gaps.length,
    refusedSeconds: editor.refusedSeconds,
    longestWaitMs: Math.max(...waited),
    answers: editor.answers,
    faults: [
      ...lost,
      ...gaps,
      ...(left === 0 ? [] : [`${left} subscriptions did not get every alert`]),
      ...(twice > bound ? [`${twice} messages came twice, at most ${bound} may`] : []),
      ...(unanswered === 0 ? [] : [`${unanswered} alerts were not taken within a minute`]),
      ...after.refusals.map((refusal) => `the push service refused: ${refusal}`),
    ],
  };
}

/** A sentence for each alert that was acknowledged and did not reach everybody. */
async function lostOf(world: World, ids: readonly string[]): Promise<string[]> {
  const lost: string[] = [];
  for (const id of ids) {
    const report = await world.api.waitForReport(id, isComplete, REPORT_MS).catch(String);
    if (typeof report === 'string') lost.push(`${id} was acknowledged: ${report}`);
    else if (report.outcomes.accepted !== world.subscriptions.length) {
      lost.push(`${id} was accepted for ${report.outcomes.accepted} of ${world.subscriptions.length}`);
    }
  }
  return lost;
}

/** How many alerts each subscription has had. */
async function countsOf({ service, subscriptions }: World): Promise<number[]> {
  const counts = await service.counts(subscriptions.map(({ endpoint }) => endpoint));
  return counts.map(({ collapsed }) => collapsed);
}

async function takenIn({ service }: World, doubts: readonly Doubt[]): Promise<number> {
  const counts = await Promise.all(doubts.map(({ fromMs, toMs }) => service.takenBetween(fromMs, toMs)));
  return counts.reduce((sum, count) => sum + count, 0);
}
