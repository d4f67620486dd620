/**
 * What strangers' made-up subscriptions cost the readers: the same alert to the same proven readers, alone and beside
 * strangers whose messages the push service answers badly. The built product, a push service on this machine.
 * `npm run bench:strangers -- --help`
 */
import { cpus } from 'node:os';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import type { Fault } from '../tests/support/push-service/faults.ts';
import { startPushService } from '../tests/support/push-service/start.ts';
import { startStack } from '../tests/support/stack.ts';
import { subscribeDirectly } from '../tests/support/subscribe-directly.ts';
import { median, spread } from './support/statistics.ts';

const HELP = `npm run bench:strangers -- [options]

Measures the time until an alert reaches every proven subscription: alone, and beside unproven subscriptions that the push
service answers with 429, 403, 410, 503 or not at all.

  --readers N      proven subscriptions (8000)
  --strangers N    unproven subscriptions at the same push service (4000)
  --rounds N       alerts measured per kind of answer (3)`;

const values = readCommandLine(HELP, {
  readers: { type: 'string', default: '8000' },
  strangers: { type: 'string', default: '4000' },
  rounds: { type: 'string', default: '3' },
});
const READERS = readCount(values.readers, HELP);
const STRANGERS = readCount(values.strangers, HELP);
const ROUNDS = readCount(values.rounds, HELP);
const FAULTS: Readonly<Record<string, Fault>> = {
  '429, Retry-After 300 s': { type: 'answer', status: 429, retryAfter: 'seconds', forMs: 300_000 },
  '403': { type: 'answer', status: 403, reason: 'BadJwtToken' },
  '410': { type: 'answer', status: 410 },
  '503': { type: 'answer', status: 503 },
  'no answer': { type: 'stall' },
};

const service = await startPushService({ child: true });
const stack = await startStack({ pushServices: [service] });
const applicationServerKey = stack.vapidPublicKey;

/** Seconds from the POST to the last proven reader, by the report's own times. */
async function measure(): Promise<number> {
  const { id } = await stack.api.createAlert({ headline: `قياس ${Math.random()}` });
  const report = await stack.api.waitForReport(id, ({ outcomes }) => outcomes.accepted >= READERS, 120_000);
  await stack.api.asEditor(`/v1/alerts/${id}/abort`, { method: 'POST' });
  return (report.timing.lastMs ?? Number.NaN) / 1000;
}

try {
  await subscribeDirectly(stack, await service.createSubscriptions(READERS, { applicationServerKey }));
  for (let round = 0; round < 3; round++) await measure(); // connections are opened, code is compiled
  const times = new Map<string, number[]>([['alone', []]]);
  for (let round = 0; round < ROUNDS; round++) times.get('alone')?.push(await measure());
  for (const [name, fault] of Object.entries(FAULTS)) {
    const measured: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const strangers = await service.createSubscriptions(STRANGERS, { applicationServerKey });
      await service.addFault({ ...fault, where: { endpoints: strangers.map(({ endpoint }) => endpoint) } });
      await subscribeDirectly(stack, strangers, { proven: false });
      measured.push(await measure());
    }
    times.set(name, measured);
  }
  const alone = median(times.get('alone') ?? []);
  console.log(
    `${READERS} proven readers, ${STRANGERS} more strangers each round; ${cpus()[0]?.model}, ${cpus().length} CPUs`,
  );
  for (const [name, measured] of times) {
    const ratio = (median(measured) / alone).toFixed(2);
    console.log(`${name.padEnd(24)} ${spread(measured, 2).padEnd(24)} s   ratio ${ratio}`);
  }
  const metrics = await (await fetch(`${stack.origin}/metrics`)).text();
  for (const line of metrics.split('\n')) {
    if (/^ajil_push_(?:circuits_open|removal_brake_held)\{/.test(line)) console.log(line);
  }
} finally {
  await stack.stop();
  await service.stop();
}
