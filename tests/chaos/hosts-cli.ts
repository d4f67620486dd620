/** Ajil on several hosts, which are cut off, killed and deployed. `npm run chaos:hosts -- --help` */
import { readCommandLine, readCount, refuse } from '../support/command-line.ts';
import { FAULT_NAMES, type FaultName } from './hosts/faults.ts';
import { runHosts, type RoundEntry } from './hosts/run.ts';
import { enterWorldApart, findPrograms } from './hosts/world-apart.ts';

const HELP = `npm run chaos:hosts -- [options]

Makes hosts out of network namespaces, with delay and loss between them: two servers behind HAProxy, two workers, three Redis
under three Sentinels, and a push service. While alerts are sent and lines are open, it cuts a host off, kills the master, or
deploys anew. Acknowledged alerts must not be lost, lines must have no gap, and no more messages may come twice than were
in doubt. Exit code 1 when one of this does not hold, 2 when this machine lacks something.

  --rounds N         faults, one after the other      (5: each once)
  --only FAULT       ${FAULT_NAMES.join(', ')}
  --readers N        open lines                       (100)
  --subscriptions N  readers with Web Push            (1000)
  --cluster          a Redis Cluster of six, instead of three under Sentinels
  --durability D     local or replicated              (replicated)
  --delay MS         of each link, each way           (2)
  --loss PERCENT     of each link                     (0.1)
  --seed S           the same seed chooses the same hosts (1)
  --help             print this text`;

const values = readCommandLine(HELP, {
  rounds: { type: 'string', default: String(FAULT_NAMES.length) },
  only: { type: 'string' },
  readers: { type: 'string', default: '100' },
  subscriptions: { type: 'string', default: '1000' },
  cluster: { type: 'boolean', default: false },
  durability: { type: 'string', default: 'replicated' },
  delay: { type: 'string', default: '2' },
  loss: { type: 'string', default: '0.1' },
  seed: { type: 'string', default: '1' },
});
const { durability, only } = values;
if (durability !== 'local' && durability !== 'replicated') {
  refuse(`--durability is local or replicated, not ${durability}`, HELP);
}
const chosen = FAULT_NAMES.filter((name) => only === undefined || name === only);
if (chosen.length === 0) refuse(`no fault "${only}"`, HELP);
const [rounds, seed] = [readCount(values.rounds, HELP), readCount(values.seed, HELP, 0)];
const programs = findPrograms();
if ('missing' in programs) {
  console.error(programs.missing);
  process.exit(2);
}
enterWorldApart();

const COLUMNS = ['alerts', 'lost', 'messages', 'twice', 'bound', 'again', 'gaps'] as const;
const WIDTH = 9;
console.log(
  `${rounds} rounds, ${values.readers} readers, ${values.subscriptions} subscriptions, ${values.cluster ? 'Redis Cluster' : 'Sentinel'}, DURABILITY=${durability}, ` +
    `${values.delay} ms and ${values.loss} % loss on each link, seed ${seed}`,
);
console.log(
  ['fault'.padEnd(16), ...COLUMNS.map((name) => name.padStart(WIDTH)), 'refused', 'longest', 'answers'].join(
    ' ',
  ),
);

function print(entry: RoundEntry): void {
  const cells = COLUMNS.map((name) => String(entry[name]).padStart(WIDTH));
  const answers = Object.entries(entry.answers).map(([status, count]) => `${status}: ${count}`);
  console.log(
    [
      entry.fault.padEnd(16),
      ...cells,
      `${entry.refusedSeconds} s`.padStart(7),
      `${(entry.longestWaitMs / 1000).toFixed(1)} s`.padStart(7),
      answers.join(', '),
    ].join(' '),
  );
  for (const fault of entry.faults) console.log(`  WRONG: ${fault}`);
}

const delayMs = readCount(values.delay, HELP, 0);
const entries = await runHosts({
  programs,
  weather: { delayMs, jitterMs: delayMs / 2, lossPercent: Number(values.loss), seed },
  faults: Array.from({ length: rounds }, (_, index) => chosen[index % chosen.length] as FaultName),
  readers: readCount(values.readers, HELP),
  subscriptions: readCount(values.subscriptions, HELP),
  durability,
  cluster: values.cluster,
  onRound: print,
});
const faults = entries.flatMap((entry) => entry.faults);
const sum = (name: (typeof COLUMNS)[number]): number => entries.reduce((all, entry) => all + entry[name], 0);
console.log(
  `${entries.length} rounds: ${sum('alerts')} alerts acknowledged, ${sum('lost')} lost, ${sum('twice')} of ` +
    `${sum('messages')} messages twice (at most ${sum('bound')}), ${sum('gaps')} gaps on lines, ${faults.length} faults`,
);
process.exit(faults.length === 0 ? 0 : 1);
