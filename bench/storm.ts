/**
 * A storm: ten thousand clients come back within a second while alerts go out to those who are there already.
 * `npm run bench:storm -- --help`
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkReceived } from './live/alert.ts';
import { ours } from './live/contenders/ours.ts';
import { ws } from './live/contenders/peers.ts';
import type { Contender, RunningContender } from './live/contender.ts';
import { generatorCommand, startGenerator, type Generator } from './live/generator.ts';
import { claimCores } from './live/processes.ts';
import { printMachine } from './live/report.ts';
import { median, spread } from './live/statistics.ts';

const HELP = `npm run bench:storm -- [--present 5000] [--arriving 10000] [--over 1000] [--rounds 5] [--json]

Alerts go out, four a second, to those who are present: first while nothing else happens, then while the others come back,
evenly over some ms (1000 is what our clients' jitter makes of a restart), whatever the server does. Our gateway, and a
ws server beside it in the same run. How long an alert takes to the last of those who are present, and how long until all
are back.`;

const { values } = parseArgs({
  options: {
    present: { type: 'string', default: '5000' },
    arriving: { type: 'string', default: '10000' },
    over: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const present = Number(values.present);
const arriving = Number(values.arriving);
const overMs = Number(values.over);
const rounds = Number(values.rounds);

const CALM_ALERTS = 20;
const WARM_ALERTS = 5;
const EVERY_MS = 250;

interface Measurement {
  /** From publishing to the last of those present, ms: median and worst. */
  readonly calm: number;
  readonly calmWorst: number;
  readonly storm: number;
  readonly stormWorst: number;
  /** Until all who arrive have been greeted, ms. */
  readonly backMs: number;
  /** Alerts that were published meanwhile. */
  readonly alerts: number;
}

type Arrival = { readonly path: string; readonly overMs: number };

const cores = claimCores();
const generator = generatorCommand('c');
if (generator.kind !== 'C') throw new Error('bench:storm needs a C compiler for its clients');

async function measure(contender: Contender): Promise<Measurement> {
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
      return await weather(contender, running, readers, start);
    } finally {
      await readers.stop();
    }
  } finally {
    await running.stop();
  }
}

async function weather(
  contender: Contender,
  running: RunningContender,
  readers: Generator,
  start: (connections: number, arrival: Arrival) => Promise<Generator>,
): Promise<Measurement> {
  let seq = 0;
  let cursor = '';
  /** One alert, and then the rest of its quarter of a second. @returns ms until the last had it */
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
  const calm: number[] = [];
  for (let i = 0; i < CALM_ALERTS; i++) calm.push(await publish());

  const began = performance.now();
  const all: { backMs?: number } = {};
  const separator = contender.path.includes('?') ? '&' : '?';
  const back = start(arriving, {
    path: `${contender.path}${separator}cursor=${cursor}`,
    overMs,
  }).then((others) => {
    all.backMs = performance.now() - began;
    return others;
  });
  const storm: number[] = [];
  while (all.backMs === undefined) storm.push(await publish());
  const others = await back;
  const { open, refusal = 'not all were greeted' } = others;
  await others.stop();
  if (open !== arriving) throw new Error(`${contender.label}: ${open} of ${arriving} came back: ${refusal}`);
  return {
    calm: median(calm),
    calmWorst: Math.max(...calm),
    storm: median(storm),
    stormWorst: Math.max(...storm),
    backMs: all.backMs,
    alerts: storm.length,
  };
}

printMachine({ generator: generator.kind, pinned: cores.server !== undefined, skipped: [] });
const results = [ours(), ws()].map((contender) => ({ contender, measured: [] as Measurement[] }));
for (let round = 1; round <= rounds; round++) {
  for (const { contender, measured } of results) {
    measured.push(await measure(contender));
    console.error(`round ${round} of ${rounds}: ${contender.name} ${JSON.stringify(measured.at(-1))}`);
  }
}

const COLUMNS = [
  ['calm', 'last, calm ms'],
  ['calmWorst', 'worst, calm ms'],
  ['storm', 'last, storm ms'],
  ['stormWorst', 'worst, storm ms'],
  ['backMs', 'all back ms'],
  ['alerts', 'alerts in the storm'],
] as const;
console.log(
  `\n${present} present, ${arriving} arrive over ${overMs} ms, an alert of 400 bytes every ${EVERY_MS} ms; ${rounds} rounds: median (lowest to highest)`,
);
console.log(`| server | ${COLUMNS.map(([, title]) => title).join(' | ')} |`);
console.log(`| --- |${COLUMNS.map(() => ' ---: |').join('')}`);
for (const { contender, measured } of results) {
  const cells = COLUMNS.map(([field]) =>
    spread(
      measured.map((one) => one[field]),
      0,
    ),
  );
  console.log(`| ${contender.label} | ${cells.join(' | ')} |`);
}
if (values.json) {
  const of = (index: number, field: keyof Measurement): number =>
    Math.round(median(results[index]?.measured.map((one) => one[field]) ?? []));
  console.log(
    JSON.stringify({
      present,
      arriving,
      ours_calm_ms: of(0, 'calm'),
      ours_storm_ms: of(0, 'storm'),
      ours_storm_worst_ms: of(0, 'stormWorst'),
      ours_back_ms: of(0, 'backMs'),
      ws_storm_ms: of(1, 'storm'),
      ws_storm_worst_ms: of(1, 'stormWorst'),
      ws_back_ms: of(1, 'backMs'),
    }),
  );
}
