/** The live line under kill -9, frozen processes and lost data. `npm run chaos:live -- --help` */
import { readCommandLine, readCount } from '../support/command-line.ts';
import { seededRandom } from '../support/random.ts';
import { faultOrder } from './live/faults.ts';
import { runChaos } from './live/run.ts';

const HELP = `npm run chaos:live -- [options]

Runs two server processes, a Redis, and clients that are slow or come and go. While alerts flow, it kills and freezes the
processes and wipes the data. At the end it compares every client's alerts with the log. It exits with status 1 when a client
has a gap, a duplicate or a wrong order, or when a client was not recovered without a reason.

  --rounds N    faults, one after the other   (50)
  --clients N   WebSocket and SSE clients     (2000)
  --seed S      the same seed gives the same faults, alerts and client behaviour   (from the clock)
  --help        print this text`;

const values = readCommandLine(HELP, {
  rounds: { type: 'string', default: '50' },
  clients: { type: 'string', default: '2000' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
});
const [rounds, clients] = [readCount(values.rounds, HELP), readCount(values.clients, HELP)];
const seed = readCount(values.seed, HELP, 0);
const ledger = await runChaos({
  faults: faultOrder(rounds, seededRandom(seed)),
  clients,
  seed,
  progress: (line) => console.error(line),
});
console.log(ledger.toString());
process.exit(ledger.faults.length > 0 ? 1 : 0);
