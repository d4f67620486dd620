import type { Report } from '../../src/delivery/report/schema.ts';
import { readCommandLine, readCount } from '../support/command-line.ts';
import { runPushChaos, type RoundEntry } from './push-chaos.ts';

const HELP = `npm run chaos:push -- [--rounds 50] [--seed 1] [--subscriptions 20000] [--kills 3]

Sends one alert after the other to subscriptions of three push services. One service throttles (429 with
Retry-After), one stalls, resets and answers 5xx, and one answers 410 for a share. At random moments the run kills
workers, server and Redis with SIGKILL and restarts them. Each round sends two alerts. The first must reach every
subscription; the counts of the push services and of the report must agree; the report must add up whenever it is
read; and no more deliveries may be duplicates than were in doubt. The second is corrected while it is being sent: no
device may end with the old version, and no message of the old version may leave more than a second after Ajil
accepted the correction. Exit code 0 means that all of this held. The same seed chooses the same faults and victims.`;

const values = readCommandLine(HELP, {
  rounds: { type: 'string', default: '50' },
  seed: { type: 'string', default: '1' },
  subscriptions: { type: 'string', default: '20000' },
  kills: { type: 'string', default: '3' },
});
const count = (name: keyof typeof values): number => readCount(values[name], HELP);

const COLUMNS = [
  'round',
  'seconds',
  'audience',
  'accepted',
  'gone',
  'taken',
  'twice',
  'bound',
  'polls',
] as const;
const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.padStart(COLUMNS[index]?.length ?? 0)).join('  ');

function print(entry: RoundEntry): void {
  const cells = COLUMNS.map((column) => String(Math.round(entry[column])));
  console.log(`${row(cells)}  killed: ${entry.kills.join(', ')}`);
  for (const fault of entry.faults) console.log(`  WRONG: ${fault}`);
}

/** A line every five seconds, on standard error: rounds may take a minute. */
function createProgress(): (round: number, report: Report) => void {
  let last = 0;
  return (round, { audience, outcomes }) => {
    if (performance.now() - last < 5000) return;
    last = performance.now();
    console.error(`  round ${round}: ${outcomes.pending} of ${audience} pending`);
  };
}

const options = { rounds: count('rounds'), seed: count('seed') };
const subscriptions = count('subscriptions');
console.log(`${options.rounds} rounds, ${subscriptions} subscriptions, seed ${options.seed}`);
console.log(row(COLUMNS));
const entries = await runPushChaos({
  ...options,
  subscriptions,
  kills: count('kills'),
  onRound: print,
  onProgress: createProgress(),
});
const sum = (column: (typeof COLUMNS)[number]): number =>
  entries.reduce((all, entry) => all + entry[column], 0);
const faults = entries.flatMap((entry) => entry.faults);
console.log(
  `${entries.length} rounds in ${Math.round(sum('seconds'))} s: ${sum('audience')} deliveries, ${sum('accepted')} accepted, ${sum('gone')} gone, ` +
    `${sum('taken')} messages taken, ${sum('twice')} of them twice (at most ${sum('bound')}), the report read ${sum('polls')} times, ${faults.length} faults`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
