/**
 * What readers get from a push service that allows so many messages a minute and answers 429 to the others, as Chrome's does
 * since January 2026 (https://developer.chrome.com/blog/web-push-rate-limits): how many of the readers who open notifications
 * have an alert after how long. The built product, a push service on this machine. `npm run bench:governor -- --help`
 */
import { createECDH, randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngagement } from '../src/audience/engagement.ts';
import { placeOf, subscriptionId } from '../src/audience/shard.ts';
import { createSubscriptionStore } from '../src/audience/subscriptions.ts';
import { openAddresses } from '../src/channels/addresses.ts';
import { createLogger } from '../src/ops/logger.ts';
import { loadVapidKeys } from '../src/push/vapid/vapid-keys.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../src/redis/connect.ts';
import { keys } from '../src/redis/keys.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { startRationedService } from './governor/push-service.ts';
import { startMachine } from './scale/machine.ts';

const HELP = `npm run bench:governor -- [options]

Sends one alert through a push service that takes so many messages a minute, twice: as if nobody were known to open
notifications, and with those known who do. Prints the share of them that was reached.

  --readers N      subscriptions (100000)
  --engaged N      how many of 100 open notifications (10)
  --per-minute N   messages that the push service takes in a minute (6000)
  --minutes N      how long each alert is watched (5)`;

const values = readCommandLine(HELP, {
  readers: { type: 'string', default: '100000' },
  engaged: { type: 'string', default: '10' },
  'per-minute': { type: 'string', default: '6000' },
  minutes: { type: 'string', default: '5' },
  only: { type: 'string' },
});
const READERS = readCount(values.readers, HELP);
const ENGAGED = Math.round((READERS * readCount(values.engaged, HELP)) / 100);
const PER_MINUTE = readCount(values['per-minute'], HELP);
const MINUTES = readCount(values.minutes, HELP);
const KEYS = 4096;
const CHUNK = 4096;
const SHOW_MS = 30_000;

/** Subscriptions whose names tell the service who opens notifications. @returns the endpoints of those */
async function subscribe(redis: Redis, dataDir: string, origin: string): Promise<string[]> {
  const { keyId } = await loadVapidKeys({ dataDir, publicKey: undefined, privateKey: undefined });
  const addresses = openAddresses({ config: { pushAllowedOrigins: [origin] }, vapidKeyId: keyId });
  const store = createSubscriptionStore({ redis, addresses, now: Date.now });
  const pairs = Array.from({ length: KEYS }, () => createECDH('prime256v1').generateKeys());
  const everyNth = READERS / Math.max(1, ENGAGED);
  const engaged: string[] = [];
  for (let from = 0; from < READERS; from += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, READERS - from) }, (_, index) => {
      const isEngaged = Math.floor((from + index) / everyNth) !== Math.floor((from + index - 1) / everyNth);
      const endpoint = `${origin}/${isEngaged ? 'engaged' : 'others'}/${randomBytes(100).toString('base64url')}`;
      if (isEngaged) engaged.push(endpoint);
      return {
        address: {
          endpoint,
          p256dh: pairs[index % KEYS] as Buffer,
          auth: randomBytes(16),
          vapidKeyId: keyId,
        },
        preferences: { topics: ['world'], urgency: 'normal' as const },
      };
    });
    await store.putAll(chunk);
  }
  return engaged;
}

/** As their receipts would have done in the weeks before. */
async function engage(redis: Redis, endpoints: readonly string[]): Promise<void> {
  const engagement = createEngagement({ redis, now: Date.now });
  for (const endpoint of endpoints) {
    const { shard, bucket, field } = placeOf(subscriptionId(endpoint)) ?? { shard: 0, bucket: '', field: '' };
    const slot = await redis.hget(keys.shard(shard, `ids:${bucket}`), field);
    await engagement.opened(shard, [Number(slot)]);
  }
}

const service = await startRationedService(PER_MINUTE);
const machine = await startMachine({
  pushOrigins: [service.origin],
  ca: service.ca,
  workers: 2,
  // The push service is slower than any of this.
  arming: false,
  profile: undefined,
});
const redis = connectRedis(machine.redisUrl, 'command', createLogger({ level: 'warn', role: 'bench' }));
await waitUntilReady(redis);

async function watch(name: string): Promise<void> {
  service.reset();
  const { id } = await machine.api.createAlert({ headline: `قياس ${Math.random()}`, topics: ['world'] });
  const began = performance.now();
  for (let at = SHOW_MS; at <= MINUTES * 60_000; at += SHOW_MS) {
    await sleep(began + at - performance.now());
    const { engaged, others, refused } = service.counts();
    const share = ((100 * engaged) / ENGAGED).toFixed(1).padStart(5);
    console.log(
      `${name.padEnd(28)} ${(at / 60_000).toFixed(1).padStart(5)} min  engaged ${share} %  all ${String(engaged + others).padStart(7)}  refused ${String(refused).padStart(6)}`,
    );
  }
  await machine.api.asEditor(`/v1/alerts/${id}/abort`, { method: 'POST' });
}

try {
  console.log(
    `${READERS} readers, ${ENGAGED} engaged, ${PER_MINUTE} messages a minute; ${cpus()[0]?.model}, ${cpus().length} CPUs`,
  );
  const engaged = await subscribe(redis, machine.dataDir, service.origin);
  if (values.only !== 'known') await watch('nobody is known to open');
  await engage(redis, engaged);
  // The next minute of the service's ration.
  await sleep(60_000);
  if (values.only !== 'unknown') await watch('those who open go first');
} finally {
  await closeRedis(redis);
  await machine.stop();
  service.stop();
}
