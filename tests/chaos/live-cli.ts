/** The live line under kill -9, frozen processes and lost data. `npm run chaos:live -- --help` */
import { readCommandLine, readCount, refuse } from '../support/command-line.ts';
import { seededRandom } from '../support/random.ts';
import { hasPushpin } from '../support/pushpin.ts';
import { faultOrder } from './live/faults.ts';
import { runChaos } from './live/run.ts';

const HELP = `npm run chaos:live -- [options]

Runs two server processes, a Redis, and clients that are slow or come and go. While alerts flow, it kills and freezes the
processes and wipes the data. At the end it compares every client's alerts with the log. It exits with status 1 when a client
has a gap, a duplicate or a wrong order, or when a client was not recovered without a reason.

  --rounds N    faults, one after the other   (50)
  --clients N   WebSocket and SSE clients     (2000)
  --seed S      the same seed gives the same faults, alerts and client behaviour   (from the clock)
  --pushpin     the clients come through a Pushpin, which is killed as well, and whose publications are lost
  --help        print this text`;

const values = readCommandLine(HELP, {
  rounds: { type: 'string', default: '50' },
  clients: { type: 'string', default: '2000' },
  pushpin: { type: 'boolean', default: false },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
});
const [rounds, clients] = [readCount(values.rounds, HELP), readCount(values.clients, HELP)];
const seed = readCount(values.seed, HELP, 0);
if (values.pushpin && !hasPushpin()) refuse('--pushpin needs Pushpin: apt-get install pushpin', HELP);
const ledger = await runChaos({
  faults: faultOrder(rounds, seededRandom(seed), values.pushpin),
  clients,
  seed,
  proxied: values.pushpin,
  progress: (line) => console.error(line),
});
console.log(ledger.toString());
process.exit(ledger.faults.length > 0 ? 1 : 0);
