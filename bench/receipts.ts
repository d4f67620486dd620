/**
 * What receipts cost an editor: the time of a POST alone, and while devices send receipts. The built product on this machine.
 * `npm run bench:receipts -- --help`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { cpus } from 'node:os';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import webPush from 'web-push';
import { startStack } from '../tests/support/stack.ts';
import type { Counts, Load } from './receipts/generator.ts';

const HELP = `npm run bench:receipts -- [options]

Measures the time of an editor's POST (eight a second, no audience): alone, and while devices send receipts at a fixed rate.

  --rates N,N,…    receipts a second (1000,2500,5000)
  --seconds N      of each measurement (20)
  --rounds N       of all rates (2)
  --connections N  of the devices, keep-alive, at most (800)`;

const values = readCommandLine(HELP, {
  rates: { type: 'string', default: '1000,2500,5000' },
  seconds: { type: 'string', default: '20' },
  rounds: { type: 'string', default: '2' },
  connections: { type: 'string', default: '800' },
});
const rates = [0, ...values.rates.split(',').map((rate) => readCount(rate, HELP))];
const seconds = readCount(values.seconds, HELP);
const rounds = readCount(values.rounds, HELP);
const connections = readCount(values.connections, HELP);

/** An editor may send ten a second (DEFAULT_LIMITS). */
const POSTS_PER_SECOND = 8;

interface Row {
  readonly posts: number[];
  readonly failed: number[];
  readonly counts: Counts[];
  readonly serverCpu: number[];
}

const vapid = webPush.generateVAPIDKeys();
const stack = await startStack({
  env: {
    // One address sends everything here, as a proxy does: it has no bound of its own.
    TRUST_PROXY: 'loopback',
    VAPID_PRIVATE_KEY: vapid.privateKey,
    VAPID_PUBLIC_KEY: vapid.publicKey,
  },
});
const port = Number(new URL(stack.origin).port);

async function measure(perSecond: number, row: Row): Promise<void> {
  const { id: alertId, version } = await stack.api.createAlert({ headline: `إيصالات ${Math.random()}` });
  const load: Load = {
    port,
    vapidPrivateKey: vapid.privateKey,
    alertId,
    version,
    perSecond,
    seconds,
    connections,
  };
  const before = await serverCpuSeconds();
  const [counts] = await Promise.all([perSecond === 0 ? undefined : offer(load), edit(row)]);
  row.serverCpu.push(((await serverCpuSeconds()) - before) / seconds);
  if (counts === undefined) return;
  row.counts.push(counts);
  const { receipts } = await stack.api.report(alertId);
  if (receipts.shown < counts.taken)
    throw new Error(`${counts.taken} receipts were answered 204, and the report has ${receipts.shown}`);
}

/** POSTs on the clock's beat, however long each takes. */
async function edit({ posts, failed }: Row): Promise<void> {
  const pending: Promise<void>[] = [];
  for (let index = 0; index < seconds * POSTS_PER_SECOND; index++) {
    const began = performance.now();
    pending.push(
      stack.api.createAlert({ headline: `قياس ${Math.random()}` }).then(
        () => void posts.push(performance.now() - began),
        () => void failed.push(performance.now() - began),
      ),
    );
    await sleep(1000 / POSTS_PER_SECOND);
  }
  await Promise.all(pending);
}

async function offer(load: Load): Promise<Counts> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(new URL('receipts/generator.ts', import.meta.url), { execArgv: ['--import', tsx] });
  child.send(load);
  const [counts] = (await once(child, 'message')) as [Counts];
  return counts;
}

async function serverCpuSeconds(): Promise<number> {
  const metrics = await (await fetch(`${stack.origin}/metrics`)).text();
  const found = /^process_cpu_seconds_total\{[^}]*role="server"[^}]*\} (\S+)/m.exec(metrics);
  return Number(found?.[1]);
}

const percentile = (numbers: readonly number[], share: number): string =>
  (numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * share) - 1] ?? Number.NaN).toFixed(1);
const total = (counts: readonly Counts[], of: (one: Counts) => number): number =>
  counts.reduce((sum, one) => sum + of(one), 0);
const percent = (shares: readonly number[]): string =>
  `${((100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length).toFixed(0)} %`;

try {
  const rows = rates.map((): Row => ({ posts: [], failed: [], counts: [], serverCpu: [] }));
  // Connections are opened, code is compiled.
  await measure(rates.at(-1)!, { posts: [], failed: [], counts: [], serverCpu: [] });
  for (let round = 0; round < rounds; round++) {
    for (const [index, rate] of rates.entries()) await measure(rate, rows[index]!);
  }
  console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.versions.node}; ${rounds} rounds`);
  console.log(
    '| receipts/s | POST p50 ms | p99 ms | most ms | failed | offered | 204 | others | unanswered | receipt p50, p99 ms | server CPU | generator CPU |',
  );
  console.log('| --- |'.padEnd(5 + 12 * 6, ' --- |'));
  for (const [index, { posts, failed, counts, serverCpu }] of rows.entries()) {
    const took = counts.flatMap(({ tookMs }) => tookMs);
    const columns = [
      rates[index],
      percentile(posts, 0.5),
      percentile(posts, 0.99),
      percentile(posts, 1),
      failed.length,
      total(counts, ({ offered }) => offered),
      total(counts, ({ taken }) => taken),
      total(counts, ({ refused }) => refused),
      total(counts, ({ unanswered }) => unanswered),
      took.length === 0 ? '' : `${percentile(took, 0.5)}, ${percentile(took, 0.99)}`,
      percent(serverCpu),
      counts.length === 0 ? '' : percent(counts.map(({ cpuSeconds }) => cpuSeconds / seconds)),
    ];
    console.log(`| ${columns.join(' | ')} |`);
  }
} finally {
  await stack.stop();
}
