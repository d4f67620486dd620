import type { Report } from '../../src/delivery/report/schema.ts';
import { keys } from '../../src/redis/keys.ts';
import { seededRandom } from '../support/random.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { subscribeDirectly } from '../support/subscribe-directly.ts';
import { correctUnderFire } from './push-correction.ts';
import { publish } from './push-editor.ts';
import { createKiller, VICTIMS, type Kill } from './push-kills.ts';
import { watchReport } from './push-report-watch.ts';
import { startTroubledServices, type TroubledServices } from './push-services.ts';

export interface ChaosOptions {
  readonly subscriptions: number;
  readonly rounds: number;
  readonly seed: number;
  /** Kills of a round, at most; one at least. */
  readonly kills: number;
  readonly onRound: (entry: RoundEntry) => void;
  readonly onProgress?: (round: number, report: Report) => void;
}

/** What became of one alert. */
export interface RoundEntry {
  readonly round: number;
  readonly kills: readonly string[];
  readonly seconds: number;
  readonly audience: number;
  readonly accepted: number;
  readonly gone: number;
  /** Messages that the push services took. */
  readonly taken: number;
  /** Of these, those that a subscription had already. */
  readonly twice: number;
  /** How many might have come twice: taken and not in the ledger when workers were killed, or with an answer that was lost. */
  readonly bound: number;
  readonly polls: number;
  /** Everything that must not be. */
  readonly faults: readonly string[];
}

const ROUND_TIMEOUT_MS = 300_000;
const SAMPLE = 30;

/**
 * Sends one alert after the other to subscriptions of three push services in trouble, while processes are killed, and
 * compares what the push services have with what the report says. The seed decides faults, victims and moments.
 */
export async function runPushChaos(options: ChaosOptions): Promise<readonly RoundEntry[]> {
  const random = seededRandom(options.seed);
  const services = await startTroubledServices();
  let stack: Stack | undefined;
  try {
    stack = await startStack({ pushServices: services.all, workerProcesses: 2 });
    await services.createSubscriptions(options.subscriptions, stack.vapidPublicKey);
    await subscribeDirectly(stack, services.subscriptions);
    const entries: RoundEntry[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      const entry = await runRound(stack, services, random, round, options);
      entries.push(entry);
      options.onRound(entry);
      if (entry.faults.length > 0) console.error(lastLogs(stack));
    }
    return entries;
  } finally {
    await stack?.stop();
    await Promise.all(services.all.map((service) => service.stop()));
  }
}

async function runRound(
  stack: Stack,
  services: TroubledServices,
  random: () => number,
  round: number,
  options: ChaosOptions,
): Promise<RoundEntry> {
  const began = performance.now();
  const before = await totalsOf(services);
  const { gone, end } = await services.trouble(random);
  const kills = planKills(random, options.kills);
  let alertId: string | undefined;
  const killer = await createKiller(stack, services.all, {
    reached: async () => {
      const totals = await Promise.all(services.all.map((service) => service.totals()));
      return totals.reduce((sum, { collapsed }) => sum + collapsed, -before.collapsed);
    },
    accepted: async (redis) =>
      alertId === undefined ? 0 : Number(await redis.hget(keys.report(alertId, 1), 'o:accepted')),
  });
  const killed = (async () => {
    for (const kill of kills) await killer.kill(kill);
  })();
  const alert = await publish(stack, '/v1/alerts', {
    headline: `عاجل: الجولة ${round}`,
    lang: 'ar',
    topics: ['world'],
  });
  alertId = alert.id;
  const audience = services.subscriptions.length;
  const { report, polls, faults } = await watchReport(
    stack.api,
    alert.id,
    audience,
    ROUND_TIMEOUT_MS,
    (now) => options.onProgress?.(round, now),
  );
  await killed;
  const { accepted = 0, gone: answeredGone = 0 } = report?.outcomes ?? {};
  const after = await totalsOf(services);
  const taken = after.posts - before.posts;
  const reached = after.collapsed - before.collapsed;
  const twice = taken - reached;
  const lostAnswers = taken - (after.accepted - before.accepted);
  const unheard = after.unheard - before.unheard;
  const inDoubt = killer.doubts.reduce((sum, { messages }) => sum + messages, 0);
  const bound = inDoubt + lostAnswers + unheard;
  const wrong = (what: string, is: number, should: number): string[] =>
    is === should ? [] : [`${what}: ${is} instead of ${should}`];
  const all = [
    ...faults,
    ...wrong('audience', report?.audience ?? 0, audience),
    ...wrong('accepted, by the push services', reached, accepted),
    ...wrong('gone', answeredGone, gone.length),
    ...wrong('accepted', accepted, audience - gone.length),
    ...killer.doubts
      .map(({ messages, since }) => ({ messages, most: since + lostAnswers + unheard }))
      .filter(({ messages, most }) => messages > most)
      .map(({ messages, most }) => `${messages} were taken and not in the ledger, at most ${most} may be`),
    ...(twice > bound ? [`${twice} came twice, at most ${bound} may`] : []),
    ...after.refusals.map((refusal) => `a push service refused: ${refusal}`),
    ...(await missing(services, gone, before.reached)),
    ...(round === 1 ? await unreadable(services) : []),
  ];
  await end();
  await killer.close();
  await subscribeDirectly(stack, gone); // they come back
  all.push(...(await correctUnderFire(stack, services, random, round)));
  return {
    round,
    kills: kills.map(({ victim }) => victim),
    seconds: (performance.now() - began) / 1000,
    audience,
    accepted,
    gone: answeredGone,
    taken,
    twice,
    bound,
    polls,
    faults: all,
  };
}

function planKills(random: () => number, most: number): Kill[] {
  return Array.from({ length: 1 + Math.floor(random() * most) }, () => ({
    victim: VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'everything',
    afterMs: random() * 2500,
    outageMs: random() * 800,
  }));
}

async function totalsOf(services: TroubledServices): Promise<{
  posts: number;
  collapsed: number;
  accepted: number;
  unheard: number;
  refusals: string[];
  reached: Map<string, number>;
}> {
  const totals = await Promise.all(services.all.map((service) => service.totals()));
  const sum = (valueOf: (total: (typeof totals)[number]) => number): number =>
    totals.reduce((all, total) => all + valueOf(total), 0);
  return {
    posts: sum(({ posts }) => posts),
    collapsed: sum(({ collapsed }) => collapsed),
    accepted: sum(({ answers }) => answers['201'] ?? 0),
    unheard: sum((total) => total.unheard),
    refusals: totals.flatMap(({ refusals }) => refusals),
    reached: await reachedOf(services),
  };
}

/** How many alerts have come to each subscription. */
async function reachedOf(services: TroubledServices): Promise<Map<string, number>> {
  const reached = new Map<string, number>();
  for (const service of services.all) {
    const own = services.subscriptions
      .map(({ endpoint }) => endpoint)
      .filter((endpoint) => endpoint.startsWith(service.origin));
    const counts = await service.counts(own);
    own.forEach((endpoint, index) => reached.set(endpoint, counts[index]?.collapsed ?? 0));
  }
  return reached;
}

/** Each subscription has had the alert, or is gone. */
async function missing(
  services: TroubledServices,
  gone: readonly { endpoint: string }[],
  before: ReadonlyMap<string, number>,
): Promise<string[]> {
  const away = new Set(gone.map(({ endpoint }) => endpoint));
  const left = [...(await reachedOf(services))].filter(
    ([endpoint, count]) => count !== (before.get(endpoint) ?? 0) + (away.has(endpoint) ? 0 : 1),
  );
  return left.length === 0 ? [] : [`${left.length} subscriptions were left out, or got what they should not`];
}

/** Decrypts some as their browsers would. */
async function unreadable(services: TroubledServices): Promise<string[]> {
  const step = Math.ceil(services.subscriptions.length / SAMPLE);
  for (let index = 0; index < services.subscriptions.length; index += step) {
    const endpoint = services.subscriptions[index]?.endpoint ?? '';
    const service = services.all.find(({ origin }) => endpoint.startsWith(origin));
    for (const { payload } of (await service?.received(endpoint)) ?? []) {
      if (!payload.includes('عاجل')) return [`a message reads ${payload}`];
    }
  }
  return [];
}

const lastLogs = (stack: Stack): string => stack.logs().split('\n').slice(-200).join('\n');
