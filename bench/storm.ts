/**
 * A storm: ten thousand clients come back within a second while alerts go out to those who are there already.
 * `npm run bench:storm -- --help`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { checkReceived } from './live/alert.ts';
import { ours } from './live/contenders/ours.ts';
import type { RunningContender } from './live/contender.ts';
import { generatorCommand, startGenerator, type Generator } from './live/generator.ts';
import { claimCores } from './live/processes.ts';
import { printMachine } from './live/report.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { median, spread } from './support/statistics.ts';

const HELP = `npm run bench:storm -- [--present 5000] [--arriving 10000] [--over 1000] [--rounds 5] [--json]

Sends two alerts a second and measures the time until each reaches the last present reader: before the others return, while
they return, and afterwards. The others arrive evenly over the --over milliseconds, whatever the gateway does. (With our
clients' jitter, a restart spreads them over 1000 ms.)`;

const values = readCommandLine(HELP, {
  present: { type: 'string', default: '5000' },
  arriving: { type: 'string', default: '10000' },
  over: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '5' },
  json: { type: 'boolean', default: false },
});
const present = readCount(values.present, HELP);
const arriving = readCount(values.arriving, HELP);
const overMs = readCount(values.over, HELP);
const rounds = readCount(values.rounds, HELP);

const CALM_ALERTS = 10;
const WARM_ALERTS = 5;
const EVERY_MS = 500;

interface Measurement {
  /** From publishing to the last of those present, ms: median before, median and worst in the storm, median after it. */
  readonly before: number;
  readonly storm: number;
  readonly stormWorst: number;
  readonly after: number;
  /** Until all who arrive have been greeted, ms. */
  readonly backMs: number;
  /** Alerts that were published meanwhile. */
  readonly alerts: number;
}

type Arrival = { readonly path: string; readonly overMs: number };

const cores = claimCores();
const generator = generatorCommand('c');
if (generator.kind !== 'C') throw new Error('bench:storm needs a C compiler for its clients');

const contender = ours();

async function measure(): Promise<Measurement> {
  const running = await contender.start(cores.server);
  const start = (connections: number, arrival?: Arrival): Promise<Generator> =>
    startGenerator({
      command: generator.command,
      core: cores.others,
      contender,
      port: running.port,
      connections,
      ...(arrival === undefined ? {} : { arrival }),
    });
  try {
    const readers = await start(present);
    try {
      return await weather(running, readers, start);
    } finally {
      await readers.stop();
    }
  } finally {
    await running.stop();
  }
}

async function weather(
  running: RunningContender,
  readers: Generator,
  start: (connections: number, arrival: Arrival) => Promise<Generator>,
): Promise<Measurement> {
  let seq = 0;
  let cursor = '';
  /** One alert, and then the rest of its half second. @returns ms until the last had it */
  async function publish(): Promise<number> {
    seq += 1;
    const began = Number(process.hrtime.bigint());
    const [arrival] = await Promise.all([readers.arrived(seq), running.publish(seq)]);
    checkReceived(seq, arrival.text);
    cursor = (JSON.parse(arrival.text) as { cursor: string }).cursor;
    const took = (arrival.last - began) / 1e6;
    await sleep(Math.max(0, EVERY_MS - took));
    return took;
  }
  for (let i = 0; i < WARM_ALERTS; i++) await publish();
  async function calm(): Promise<number> {
    const took: number[] = [];
    for (let i = 0; i < CALM_ALERTS; i++) took.push(await publish());
    return median(took);
  }
  const before = await calm();

  const began = performance.now();
  const arrived: { afterMs?: number } = {};
  const back = start(arriving, {
    path: `${contender.path}&cursor=${cursor}`,
    overMs,
  }).then((others) => {
    arrived.afterMs = performance.now() - began;
    return others;
  });
  const storm: number[] = [];
  while (arrived.afterMs === undefined) storm.push(await publish());
  const others = await back;
  const after = await calm();
  const { open, refusal = 'not all were greeted' } = others;
  await others.stop();
  if (open !== arriving) throw new Error(`${open} of ${arriving} came back: ${refusal}`);
  return {
    before,
    storm: median(storm),
    stormWorst: Math.max(...storm),
    after,
    backMs: arrived.afterMs,
    alerts: storm.length,
  };
}

printMachine({ generator: generator.kind, pinned: cores.server !== undefined, skipped: [] });
const measured: Measurement[] = [];
for (let round = 1; round <= rounds; round++) {
  measured.push(await measure());
  console.error(`round ${round} of ${rounds}: ${JSON.stringify(measured.at(-1))}`);
}

const COLUMNS = [
  ['before', 'before, ms'],
  ['storm', 'in the storm, ms'],
  ['stormWorst', 'worst in the storm, ms'],
  ['after', 'after, ms'],
  ['backMs', 'all back ms'],
  ['alerts', 'alerts in the storm'],
] as const;
console.log(
  `\n${present} present, ${arriving} arrive over ${overMs} ms, an alert of 455 bytes every ${EVERY_MS} ms; ${rounds} rounds: median (lowest to highest)`,
);
console.log(`| ${COLUMNS.map(([, title]) => title).join(' | ')} |`);
console.log(`|${COLUMNS.map(() => ' ---: |').join('')}`);
const cells = COLUMNS.map(([field]) =>
  spread(
    measured.map((one) => one[field]),
    0,
  ),
);
console.log(`| ${cells.join(' | ')} |`);
if (values.json) {
  const of = (field: keyof Measurement): number => Math.round(median(measured.map((one) => one[field])));
  const [before_ms, storm_ms, storm_worst_ms] = [of('before'), of('storm'), of('stormWorst')];
  const [after_ms, back_ms] = [of('after'), of('backMs')];
  console.log(JSON.stringify({ present, arriving, before_ms, storm_ms, storm_worst_ms, after_ms, back_ms }));
}
