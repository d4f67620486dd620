/**
 * What encrypting one 600-byte message for one reader costs, by web-push and by the addon.
 * `npm run bench:encryption -- --help`
 */
import { createECDH, randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { createLogger } from '../src/ops/logger.ts';
import { openEncryptor } from '../src/push/encryption/encryptor.ts';
import type { Encrypt, EncryptionJob } from '../src/push/encryption/job.ts';
import { encryptPortably } from '../src/push/encryption/portable.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { median, spread } from './support/statistics.ts';

const HELP = `npm run bench:encryption -- [options]

Measures the cost of encrypting a message of 600 bytes with each implementation. Every one holds the event loop for as long.

  --messages N    messages per implementation and round (2000)
  --rounds N      rounds; each measures every implementation once, in turn (5)
  --json          print one line of JSON at the end`;

const values = readCommandLine(HELP, {
  messages: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '5' },
  json: { type: 'boolean', default: false },
});
const MESSAGES = readCount(values.messages, HELP);
const ROUNDS = readCount(values.rounds, HELP);
const payload = randomBytes(600);
const readers: EncryptionJob[] = Array.from({ length: 500 }, () => ({
  target: { p256dh: createECDH('prime256v1').generateKeys(), auth: randomBytes(16) },
  payload,
}));

interface Way {
  readonly name: string;
  readonly encrypt: Encrypt;
  /** Messages a call. */
  readonly size: number;
}

function ways(): Way[] {
  const { encrypt, arm } = openEncryptor({ logger: createLogger({ level: 'silent', role: 'bench' }) });
  const portable = { name: 'web-push (portable)', encrypt: encryptPortably, size: 1 };
  if (arm === undefined) return [portable];
  const keyings = new Map(readers.map(({ target }) => [target, arm([target])[0]]));
  const armed: Encrypt = (jobs) =>
    encrypt(
      jobs.map(({ target, payload }) => ({ target: { ...target, keying: keyings.get(target) }, payload })),
    );
  return [
    portable,
    ...[1, 8, 32, 64].map((size) => ({ name: `addon, ${size} a call`, encrypt, size })),
    {
      name: 'arming, 16 a call',
      encrypt: (jobs: readonly EncryptionJob[]) => arm(jobs.map(({ target }) => target)),
      size: 16,
    },
    ...[1, 32, 64].map((size) => ({ name: `addon, armed, ${size} a call`, encrypt: armed, size })),
  ];
}

/** CPU µs a message. */
function measure({ encrypt, size }: Way): number {
  const jobs = Array.from(
    { length: MESSAGES },
    (_, index) => readers[index % readers.length] as EncryptionJob,
  );
  const start = process.cpuUsage();
  for (let at = 0; at < jobs.length; at += size) encrypt(jobs.slice(at, at + size));
  const { user, system } = process.cpuUsage(start);
  return (user + system) / MESSAGES;
}

const all = ways().map((way) => ({ way, rounds: [] as number[] }));
for (const { way } of all) measure(way); // warm
for (let round = 0; round < ROUNDS; round++) {
  for (const { way, rounds } of all) rounds.push(measure(way));
}
const { node, openssl } = process.versions;
console.log(
  `${cpus()[0]?.model ?? ''}, Node ${node}, OpenSSL ${openssl}; ${MESSAGES} messages of ${payload.length} bytes, ${ROUNDS} rounds: median (lowest to highest)`,
);
console.log('| way | CPU µs a message |\n| --- | --- |');
const result: Record<string, number> = {};
for (const { way, rounds } of all) {
  result[way.name] = Math.round(median(rounds));
  console.log(`| ${way.name} | ${spread(rounds, 0)} |`);
}
if (values.json) console.log(JSON.stringify(result));
