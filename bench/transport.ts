/**
 * What one request costs: our HTTP/2 client, `node:http2` and `https` with a keep-alive agent, in turn, against the
 * same server on another core. `npm run bench:transport -- --help`
 */
import { spawnSync } from 'node:child_process';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { cpus } from 'node:os';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openTransport } from '../src/push/transport/open-transport.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { findNginx, startNginx } from '../tests/support/nginx.ts';
import { makeCertificate } from '../tests/support/tls.ts';
import { median, spread } from './support/statistics.ts';

const HELP = `npm run bench:transport -- [options]

Measures the cost of a request to a push service with our client and with Node's clients, without encryption.

  --requests N       requests per client and round; ours sends four times as many (20000)
  --rounds N         rounds; each measures every client once, in turn (5)
  --concurrency N    requests in flight (512)
  --json             print one line of JSON at the end`;

const values = readCommandLine(HELP, {
  requests: { type: 'string', default: '20000' },
  rounds: { type: 'string', default: '5' },
  concurrency: { type: 'string', default: '512' },
  json: { type: 'boolean', default: false },
});
const REQUESTS = readCount(values.requests, HELP);
const ROUNDS = readCount(values.rounds, HELP);
const CONCURRENCY = readCount(values.concurrency, HELP);

interface Client {
  readonly name: string;
  send(path: string): Promise<number>;
  close(): Promise<void> | void;
}
interface Round {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

const HEADERS = {
  authorization: `vapid t=${'a'.repeat(230)}, k=${'b'.repeat(87)}`,
  'content-encoding': 'aes128gcm',
  'content-type': 'application/octet-stream',
  ttl: '3600',
  topic: 't'.repeat(32),
  urgency: 'high',
};
const BODY = Buffer.alloc(600, 7);

function ours(origin: string, ca: string): Client {
  const transport = openTransport({ logger: pino({ level: 'silent' }), metrics: new Registry(), ca });
  return {
    name: 'ours',
    send: async (path) => (await transport.request({ origin, path, headers: HEADERS, body: BODY })).status,
    close: () => transport.close(),
  };
}

function library(origin: string, ca: string): Client {
  const sessions = Array.from({ length: 4 }, () => connect(origin, { ca }));
  let next = 0;
  return {
    name: 'node:http2',
    send: (path) =>
      new Promise((resolve, reject) => {
        const session = sessions[next++ % sessions.length];
        const stream = session?.request({ ':method': 'POST', ':path': path, ...HEADERS });
        stream?.on('response', (headers) => resolve(Number(headers[':status'])));
        stream?.on('error', reject);
        stream?.resume();
        stream?.end(BODY);
      }),
    close: () => sessions.forEach((session) => session.destroy()),
  };
}

function keepAlive(origin: string, ca: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, ca });
  return {
    name: 'https',
    send: (path) =>
      new Promise((resolve, reject) => {
        const headers = { ...HEADERS, 'content-length': BODY.length };
        const call = request(origin + path, { agent, method: 'POST', headers }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        });
        call.on('error', reject);
        call.end(BODY);
      }),
    close: () => agent.destroy(),
  };
}

async function run(client: Client, requests: number): Promise<Round> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) {
      const path = `/wpush/v2/${'p'.repeat(140)}${next++}`;
      const status = await client.send(path);
      if (status !== 201) throw new Error(`${client.name}: ${status}`);
    }
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  return { perSecond: requests / seconds, cpuMicros: (used.user + used.system) / requests };
}

if (findNginx() === undefined) {
  console.error('bench:transport needs nginx (Debian: apt-get install nginx-light)');
  process.exit(1);
}
const pinned = cpus().length > 1 && spawnSync('taskset', ['-pc', '0', String(process.pid)]).status === 0;
const certificate = makeCertificate();
const nginx = await startNginx(certificate, pinned ? { core: 1 } : {});
const clients = [ours, library, keepAlive].map((open) => open(nginx.origin, certificate.ca));
const rounds = new Map<string, Round[]>();
try {
  for (const client of clients) await run(client, Math.min(REQUESTS, 5000)); // warm
  for (let round = 0; round < ROUNDS; round++) {
    for (const client of clients) {
      const requests = client.name === 'ours' ? REQUESTS * 4 : REQUESTS;
      rounds.set(client.name, [...(rounds.get(client.name) ?? []), await run(client, requests)]);
    }
  }
} finally {
  for (const client of clients) await client.close();
  await nginx.stop();
}

console.log(`${cpus()[0]?.model ?? ''}, Node ${process.version}, nginx${pinned ? ' on another core' : ''}`);
console.log(
  `${CONCURRENCY} at once, body of ${BODY.length} bytes, ${ROUNDS} rounds; median (lowest to highest)`,
);
const result: Record<string, number> = {};
for (const [name, list] of rounds) {
  const rates = list.map((round) => round.perSecond);
  const costs = list.map((round) => round.cpuMicros);
  result[`${name}_per_s`] = Math.round(median(rates));
  result[`${name}_cpu_us`] = Math.round(median(costs) * 10) / 10;
  console.log(`${name.padEnd(12)} requests/s: ${spread(rates, 0)}, CPU µs a request: ${spread(costs, 1)}`);
}
if (values.json) console.log(JSON.stringify(result));
