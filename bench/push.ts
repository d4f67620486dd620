/**
 * Whole Web Push messages (VAPID, encryption, TLS, answer): our sender, our sender to armed subscriptions, npm web-push as
 * it comes, npm web-push with a tuned agent, in turn, against the same push service on another core.
 * `npm run bench:push -- --help`
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createECDH, randomBytes } from 'node:crypto';
import { Agent, globalAgent } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import webPush from 'web-push';
import { createLogger } from '../src/ops/logger.ts';
import { createMetrics } from '../src/ops/metrics.ts';
import { openEncryptor } from '../src/push/encryption/encryptor.ts';
import type { Arm } from '../src/push/encryption/job.ts';
import { createEndpointPolicy } from '../src/push/endpoint/endpoint-policy.ts';
import { openSender } from '../src/push/sender.ts';
import { openTransport } from '../src/push/transport/open-transport.ts';
import type { PushMessage, PushTarget } from '../src/push/types.ts';
import { loadVapidKeys } from '../src/push/vapid/vapid-keys.ts';
import { createVapid } from '../src/push/vapid/vapid-headers.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { findNginx, startNginx } from '../tests/support/nginx.ts';
import { makeCertificate, type TestCertificate } from '../tests/support/tls.ts';
import { median, spread } from './support/statistics.ts';

const HELP = `npm run bench:push -- [options]

Sends complete Web Push messages with our sender, our sender to armed subscriptions, npm web-push, and npm web-push with a keep-alive agent, in turn. Subscriptions are armed between the rounds, as in idle time; what that costs is not in the table (npm run bench:encryption).

  --messages N       messages of npm web-push per round; ours sends ten times as many, armed thirty times, to take about as long (1000)
  --rounds N         rounds; each measures every sender once, in turn (5)
  --concurrency N    messages in flight (256)
  --portable         encrypt by web-push, without the native addon
  --json             print one line of JSON at the end`;

const values = readCommandLine(HELP, {
  messages: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '5' },
  concurrency: { type: 'string', default: '256' },
  portable: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});
const MESSAGES = readCount(values.messages, HELP);
const ROUNDS = readCount(values.rounds, HELP);
const CONCURRENCY = readCount(values.concurrency, HELP);
const READERS = 1000;
const SUBJECT = 'mailto:desk@news.example';
const PAYLOAD = randomBytes(600);
const message: PushMessage = {
  payload: PAYLOAD,
  ttl: 3600,
  urgency: 'high',
  collapseKey: randomBytes(24).toString('base64url'),
};

interface Reader {
  readonly endpoint: string;
  readonly p256dh: Buffer;
  readonly auth: Buffer;
  readonly webPush: webPush.PushSubscription;
}
interface Contender {
  readonly name: 'ours' | 'armed' | 'web_push' | 'web_push_tuned';
  readonly messages: number;
  /** Before a round, not timed. */
  prepare?(messages: number): void;
  send(reader: Reader): Promise<number>;
  close(): Promise<void> | void;
}
interface Round {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
}

async function startService(
  certificate: TestCertificate,
  core: number | undefined,
): Promise<{ name: string; origin: string; stop: () => Promise<void> }> {
  const pin = core === undefined ? {} : { core };
  if (findNginx() !== undefined) return { name: 'nginx', ...(await startNginx(certificate, pin)) };
  const command = [
    process.execPath,
    ...process.execArgv,
    fileURLToPath(new URL('http2-service.ts', import.meta.url)),
  ];
  if (core !== undefined) command.unshift('taskset', '-c', String(core));
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(certificate));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { name: 'node:http2', origin: `https://127.0.0.1:${port.toString().trim()}`, stop };
}

function makeReaders(origin: string): Reader[] {
  return Array.from({ length: READERS }, () => {
    const keys = createECDH('prime256v1');
    const p256dh = keys.generateKeys();
    const auth = randomBytes(16);
    const endpoint = `${origin}/wpush/v2/${randomBytes(110).toString('base64url')}`;
    const texts = { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') };
    return { endpoint, p256dh, auth, webPush: { endpoint, keys: texts } };
  });
}

async function openOurs(
  origin: string,
  ca: string,
): Promise<{ ours: Contender; armed: Contender | undefined; encryption: string }> {
  const logger = createLogger({ level: 'warn', role: 'bench' });
  const metrics = createMetrics('bench');
  const dataDir = mkdtempSync(join(tmpdir(), 'ajil-bench-'));
  const keys = await loadVapidKeys({ dataDir, publicKey: undefined, privateKey: undefined });
  rmSync(dataDir, { recursive: true });
  const policy = createEndpointPolicy({ extraOrigins: [origin] });
  const encryptor = openEncryptor({ logger, ...(values.portable ? { addonPath: null } : {}) });
  const transport = openTransport({ logger, metrics, ca, lookup: policy.lookup });
  const vapid = createVapid({ keys, subject: SUBJECT });
  const sender = openSender({ transport, vapid, policy, metrics, logger, encryptor });
  const send = async (target: PushTarget): Promise<number> => {
    const answer = await sender.send(target, message);
    if (answer.type !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(answer)}`);
    return answer.status;
  };
  const ours: Contender = { name: 'ours', messages: MESSAGES * 10, send, close: () => sender.close() };
  const { arm, kind } = encryptor;
  return {
    ours,
    encryption: kind,
    armed: arm && { ...ours, name: 'armed', messages: MESSAGES * 30, ...armedSending(arm, send) },
  };
}

/** Each message has its own keying. */
function armedSending(
  arm: Arm,
  send: (target: PushTarget) => Promise<number>,
): Required<Pick<Contender, 'prepare' | 'send'>> {
  const keyings = new Map<Reader, Buffer[]>();
  return {
    prepare: (messages) => {
      for (let index = 0; index < messages; index++) {
        const reader = readers[index % readers.length] as Reader;
        const [keying] = arm([reader]);
        if (keying !== undefined) keyings.set(reader, [...(keyings.get(reader) ?? []), keying]);
      }
    },
    send: (reader) => {
      const { endpoint, p256dh, auth } = reader;
      const keying = keyings.get(reader)?.pop();
      if (keying === undefined) throw new Error('not armed');
      return send({ endpoint, p256dh, auth, keying });
    },
  };
}

function openWebPush(name: 'web_push' | 'web_push_tuned', agent: Agent): Contender {
  const headers = { 'Content-Type': 'application/notification+json' };
  const options = { TTL: message.ttl, urgency: 'high', topic: message.collapseKey, headers } as const;
  return {
    name,
    messages: MESSAGES,
    send: async (reader) => {
      const tuned = name === 'web_push_tuned' ? { agent } : {};
      return (await webPush.sendNotification(reader.webPush, PAYLOAD, { ...options, ...tuned })).statusCode;
    },
    close: () => agent.destroy(),
  };
}

async function run(contender: Contender, readers: readonly Reader[], messages: number): Promise<Round> {
  const times: number[] = [];
  let next = 0;
  contender.prepare?.(messages);
  const worker = async (): Promise<void> => {
    while (next < messages) {
      const reader = readers[next++ % readers.length] as Reader;
      const began = performance.now();
      const status = await contender.send(reader);
      if (status !== 201) throw new Error(`${contender.name}: ${status}`);
      times.push(performance.now() - began);
    }
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  return {
    perSecond: messages / seconds,
    cpuMicros: (used.user + used.system) / messages,
    p50: times[Math.floor(times.length * 0.5)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  };
}

const pinned =
  cpus().length > 1 && spawnSync('taskset', ['-a', '-pc', '0', String(process.pid)]).status === 0;
const certificate = makeCertificate();
const service = await startService(certificate, pinned ? 1 : undefined);
const readers = makeReaders(service.origin);
const webPushKeys = webPush.generateVAPIDKeys();
webPush.setVapidDetails(SUBJECT, webPushKeys.publicKey, webPushKeys.privateKey);
globalAgent.options.ca = certificate.ca;
const { ours, armed, encryption } = await openOurs(service.origin, certificate.ca);
const tuned = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo', ca: certificate.ca });
const contenders = [
  ours,
  ...(armed === undefined ? [] : [armed]),
  openWebPush('web_push', globalAgent),
  openWebPush('web_push_tuned', tuned),
];
const rounds = new Map<Contender['name'], Round[]>();
try {
  for (const contender of contenders) await run(contender, readers, Math.min(contender.messages, 3000)); // warm
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of contenders) {
      const result = await run(contender, readers, contender.messages);
      rounds.set(contender.name, [...(rounds.get(contender.name) ?? []), result]);
    }
  }
} finally {
  for (const contender of contenders) await contender.close();
  await service.stop();
}

const { node, openssl } = process.versions;
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, Node ${node}, OpenSSL ${openssl}; ${service.name}${pinned ? ' on another core' : ', NOT pinned to another core'}`,
);
console.log(
  `${PAYLOAD.length} bytes, ${CONCURRENCY} at once, ${ROUNDS} rounds: median (lowest to highest); our encryption: ${encryption}`,
);
console.log('| sender | messages/s | CPU µs a message | p50 ms | p99 ms |\n| --- | --- | --- | --- | --- |');
const measured = (name: Contender['name'], field: keyof Round): number[] =>
  (rounds.get(name) ?? []).map((round) => round[field]);
for (const { name } of contenders) {
  const columns = [
    spread(measured(name, 'perSecond'), 0),
    spread(measured(name, 'cpuMicros'), 0),
    spread(measured(name, 'p50'), 1),
    spread(measured(name, 'p99'), 1),
  ];
  console.log(`| ${name} | ${columns.join(' | ')} |`);
}
const rate = (name: Contender['name']): number => median(measured(name, 'perSecond'));
const peer = measured('web_push_tuned', 'perSecond');
function ratioOf(name: Contender['name']): number {
  const ratios = measured(name, 'perSecond').map(
    (perSecond, round) => perSecond / (peer[round] ?? Number.NaN),
  );
  const ratio = rate(name) / rate('web_push_tuned');
  console.log(`${name} / web_push_tuned: ${ratio.toFixed(1)}; round by round ${spread(ratios, 1)}`);
  return Number(ratio.toFixed(2));
}
const ratio = ratioOf('ours');
const armedFigures = armed && {
  armed_ratio: ratioOf('armed'),
  armed_per_s: Math.round(rate('armed')),
  armed_cpu_us_per_message: Number(median(measured('armed', 'cpuMicros')).toFixed(1)),
};
if (values.json) {
  console.log(
    JSON.stringify({
      ours_per_s: Math.round(rate('ours')),
      web_push_per_s: Math.round(rate('web_push')),
      web_push_tuned_per_s: Math.round(rate('web_push_tuned')),
      ratio,
      cpu_us_per_message: Number(median(measured('ours', 'cpuMicros')).toFixed(1)),
      ...armedFigures,
    }),
  );
}
