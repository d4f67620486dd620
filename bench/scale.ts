/**
 * The whole line at the size of a large newsroom, on one machine: the built product as `npm start` runs it, and a push
 * service in a process of its own. `npm run bench:scale -- --help`
 */
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKeyings } from '../src/audience/keyings.ts';
import { createSubscriptionStore } from '../src/audience/subscriptions.ts';
import { openAddresses } from '../src/channels/addresses.ts';
import { createLogger } from '../src/ops/logger.ts';
import { openEncryptor } from '../src/push/encryption/encryptor.ts';
import { loadVapidKeys } from '../src/push/vapid/vapid-keys.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../src/redis/connect.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { createLoader, EVERYONE, ONE_PERCENT } from './scale/load.ts';
import { startMachine } from './scale/machine.ts';
import { keyingMemory, sendAlert, timeEvidence, usedMemory, type Sent } from './scale/measure.ts';
import { startCountingService } from './scale/push-service.ts';
import { median } from './support/statistics.ts';

const HELP = `npm run bench:scale -- [options]

Measures one alert to every subscription, as the store grows: when all are armed, and another one right after it.

  --subscriptions N[,N…]  sizes of the store, measured in turn as it grows (default 10000,100000).
                          A single size is measured after a tenth of it, to show the growth.
  --workers N             worker processes (default: one per core)
  --one-percent N         alerts to a topic that one reader in a hundred follows, at the last size (default 5)
  --wishes N              how many of 100 readers have quiet hours and a daily cap, which hold nothing (default 0)
  --unarmed               nothing is made ahead (ARMING=off): one alert at each size
  --profile DIR           write a CPU profile of each process to DIR
  --json                  print one line of JSON at the end`;

interface Step {
  readonly subscriptions: number;
  readonly loadSeconds: number;
  readonly added: number;
  readonly bytesPerSubscription: number;
  readonly packedRatio: number;
  /** From the end of the loading, or of the alert before. */
  readonly armedSeconds: number;
  readonly keyingBytes: number;
  readonly sent: Sent;
  /** An alert right after it: hardly anybody is armed again. */
  readonly again: Sent | undefined;
}

const values = readCommandLine(HELP, {
  subscriptions: { type: 'string', default: '10000,100000' },
  workers: { type: 'string', default: String(availableParallelism()) },
  'one-percent': { type: 'string', default: '5' },
  wishes: { type: 'string', default: '0' },
  unarmed: { type: 'boolean', default: false },
  profile: { type: 'string' },
  json: { type: 'boolean', default: false },
});
const sizes = values.subscriptions.split(',').map((text) => readCount(text, HELP, 1000));
const WORKERS = readCount(values.workers, HELP);
const WISHES = readCount(values.wishes, HELP, 0);
const ONE_PERCENT_ALERTS = readCount(values['one-percent'], HELP, 0);
if (sizes.length === 1) sizes.unshift(Math.max(1000, Math.floor(sizes[0]! / 10)));
sizes.sort((a, b) => a - b);

const encryption = openEncryptor({ logger: createLogger({ level: 'silent', role: 'bench' }) }).kind;
const ARMING = !values.unarmed && encryption === 'native';
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const service = await startCountingService();
const machine = await startMachine({
  pushOrigins: [service.origin],
  ca: service.ca,
  workers: WORKERS,
  arming: ARMING,
  profile: values.profile,
});
const redis = connectRedis(machine.redisUrl, 'worker', createLogger({ level: 'silent', role: 'bench' }));
const steps: Step[] = [];
const onePercent: Sent[] = [];
let evidenceSeconds = Number.NaN;
try {
  await waitUntilReady(redis);
  const { keyId } = await loadVapidKeys({
    dataDir: machine.dataDir,
    publicKey: undefined,
    privateKey: undefined,
  });
  const addresses = openAddresses({ config: { pushAllowedOrigins: [service.origin] }, vapidKeyId: keyId });
  const store = createSubscriptionStore({ redis, addresses, now: Date.now });
  const loader = createLoader({ store, addresses, vapidKeyId: keyId, withWishes: WISHES }, service.origin);
  const deps = { machine, service, redis };
  const empty = await usedMemory(redis);
  let loaded = 0;
  let packed = 0;
  const keyings = createKeyings({ redis });
  /** @returns seconds */
  const untilArmed = async (): Promise<number> => {
    const began = performance.now();
    for (;;) {
      const { proven } = await store.standings();
      if ((await keyings.armed()) === proven) return (performance.now() - began) / 1000;
      await sleep(250);
    }
  };
  for (const size of sizes) {
    const began = performance.now();
    packed += await loader.load(loaded, size);
    const loadSeconds = (performance.now() - began) / 1000;
    say(`${size} subscriptions: ${Math.round((size - loaded) / loadSeconds)} a second loaded`);
    // Code that has not run yet is not what is measured.
    if (loaded === 0) await sendAlert({ ...deps, topic: EVERYONE });
    const armedSeconds = ARMING ? await untilArmed() : 0;
    const keyingBytes = await keyingMemory(redis);
    if (ARMING) say(`  armed after ${armedSeconds.toFixed(1)} s`);
    const used = (await usedMemory(redis)) - empty - keyingBytes;
    const sent = await sendAlert({ ...deps, topic: EVERYONE });
    say(`  sent in ${sent.seconds.toFixed(2)} s, ${JSON.stringify(sent)}`);
    const again = ARMING ? await sendAlert({ ...deps, topic: EVERYONE }) : undefined;
    if (again !== undefined) say(`  again in ${again.seconds.toFixed(2)} s, ${JSON.stringify(again)}`);
    steps.push({
      subscriptions: size,
      added: size - loaded,
      loadSeconds,
      bytesPerSubscription: used / size,
      packedRatio: used / packed,
      armedSeconds,
      keyingBytes: keyingBytes / size,
      sent,
      again,
    });
    loaded = size;
  }
  evidenceSeconds = await timeEvidence(redis, addresses, steps.at(-1)!.sent.alertId);
  for (let round = 0; round < ONE_PERCENT_ALERTS; round++) {
    onePercent.push(await sendAlert({ ...deps, topic: ONE_PERCENT }));
  }
} finally {
  await closeRedis(redis);
  await machine.stop();
  await service.stop();
}

const lost = [...steps.flatMap(({ sent, again = sent }) => [sent, again]), ...onePercent].filter(
  (sent) => sent.accepted !== sent.audience,
);
if (lost.length > 0) throw new Error(`not every delivery was accepted: ${JSON.stringify(lost)}`);

const perSecond = ({ audience, seconds }: Sent): number => Math.round(audience / seconds);
const micros = (sent: Sent, name: string): number =>
  Math.round(
    (Object.entries(sent.cpu).reduce((sum, [of, s]) => (of.startsWith(name) ? sum + s : sum), 0) /
      sent.audience) *
      1e6,
  );
const rss = (sent: Sent): string =>
  Object.entries(sent.rssMb)
    .filter(([name]) => name !== 'push service')
    .map(([name, mb]) => `${name} ${mb}`)
    .join(', ');

console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.versions.node}; ${WORKERS} worker processes; ${encryption} encryption; push service: ${service.name}`,
);
console.log(
  '| subscriptions | seconds | messages/s | first send ms | bytes each in Redis | x packed | CPU µs a message: workers, Redis, push service | peak RSS MB | loaded/s | armed after s, bytes each | alert right after: seconds, workers µs |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
);
const armedOf = (step: Pick<Step, 'armedSeconds' | 'keyingBytes'>): string =>
  ARMING ? `${step.armedSeconds.toFixed(1)}, ${Math.round(step.keyingBytes)}` : 'off';
for (const { sent, ...step } of steps) {
  const cpu = ['workers', 'redis', 'push service'].map((name) => micros(sent, name)).join(', ');
  console.log(
    `| ${step.subscriptions.toLocaleString('en')} | ${sent.seconds.toFixed(2)} | ${perSecond(sent)} | ${sent.firstSendMs} | ${step.bytesPerSubscription.toFixed(0)} | ${step.packedRatio.toFixed(2)} | ${cpu} | ${rss(sent)} | ${Math.round(step.added / step.loadSeconds)} | ${armedOf(step)} | ${step.again === undefined ? '' : `${step.again.seconds.toFixed(2)}, ${micros(step.again, 'workers')}`} |`,
  );
}
const growth = steps.slice(1).map((step, index) => {
  const before = steps[index]!;
  return step.sent.seconds / before.sent.seconds / (step.subscriptions / before.subscriptions);
});
console.log(
  `growth of the sending time: ${growth.map((factor) => factor.toFixed(2)).join(', ')} times the growth of the audience`,
);
const last = steps.at(-1)!;
console.log(`evidence of ${last.sent.audience} deliveries: ${evidenceSeconds.toFixed(2)} s`);
const share = median(onePercent.map((sent) => sent.redis.outBytes)) / last.sent.redis.outBytes;
if (onePercent.length > 0) {
  console.log(
    `1 % topic: ${onePercent[0]?.audience} readers, first send ${onePercent.map((sent) => sent.firstSendMs).join(', ')} ms; Redis read ${(share * 100).toFixed(2)} % of the bytes of the alert to all`,
  );
}
if (values.json) {
  console.log(
    JSON.stringify({
      subscriptions: last.subscriptions,
      seconds: Number(last.sent.seconds.toFixed(2)),
      per_s: perSecond(last.sent),
      first_send_ms: last.sent.firstSendMs,
      armed: ARMING,
      armed_after_s: Number(last.armedSeconds.toFixed(1)),
      again_seconds: last.again === undefined ? null : Number(last.again.seconds.toFixed(2)),
      bytes_per_subscription: Math.round(last.bytesPerSubscription),
      packed_ratio: Number(last.packedRatio.toFixed(3)),
      rss_mb: last.sent.rssMb,
      growth: Number((growth.at(-1) ?? Number.NaN).toFixed(3)),
      one_percent: {
        audience: onePercent[0]?.audience ?? null,
        first_send_ms: median(onePercent.map((sent) => sent.firstSendMs)),
        read_share: Number(share.toFixed(4)),
      },
      evidence_seconds: Number(evidenceSeconds.toFixed(2)),
      workers: WORKERS,
    }),
  );
}
