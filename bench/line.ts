/**
 * The whole line: from an editor's POST to the 201, to the first and the last of the open pages, and to the first and the
 * last of the push subscriptions. The built product on a Redis that syncs every write, a push service on this machine.
 * `npm run bench:line -- --help`
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findRedisServer } from '../src/machine/server-binary.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { isComplete } from '../tests/support/api-client.ts';
import { startPushService, type PushService } from '../tests/support/push-service/start.ts';
import { startStack, type Stack } from '../tests/support/stack.ts';
import { nowMs, openReaders, type Readers } from './line/readers.ts';
import { quantile, table, type Measured } from './line/table.ts';

const HELP = `npm run bench:line -- [options]

Measures the time from an editor's POST to the 201, to the open pages and to the push service, all on this machine.

  --readers N          open WebSocket connections (1000; 0: none)
  --subscriptions N    Web Push subscriptions (1000; 0: none)
  --alerts N           alerts, sent one after the other (100)
  --json               print one line of JSON at the end`;

const values = readCommandLine(HELP, {
  readers: { type: 'string', default: '1000' },
  subscriptions: { type: 'string', default: '1000' },
  alerts: { type: 'string', default: '100' },
  json: { type: 'boolean', default: false },
});
const READERS = readCount(values.readers, HELP, 0);
const SUBSCRIPTIONS = readCount(values.subscriptions, HELP, 0);
const ALERTS = readCount(values.alerts, HELP);
/** Sent before the measurement: connections to the push service are opened, code is compiled. */
const WARM_UP = 20;
const TIMEOUT_MS = 60_000;

// As behind a proxy: what one address may open and subscribe is bounded.
const addressOf = (index: number): string => `198.51.${index >> 8}.${index & 255}`;

async function subscribeAll(stack: Stack, service: PushService): Promise<void> {
  const applicationServerKey = stack.vapidPublicKey;
  const subscriptions = await service.createSubscriptions(SUBSCRIPTIONS, { applicationServerKey });
  const waiting = [...subscriptions.entries()];
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [index, subscription] = next;
      const { status, body } = await stack.api.call('/v1/subscriptions', {
        method: 'POST',
        headers: { 'x-forwarded-for': addressOf(index) },
        body: { subscription, topics: ['world'] },
      });
      if (status !== 201) throw new Error(`no subscription: ${status} ${JSON.stringify(body)}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

async function pushArrivals(service: PushService, known: Set<string>): Promise<number[]> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const arrived = (await service.arrivals()).find(({ collapseKey }) => !known.has(collapseKey));
    if (arrived !== undefined && arrived.epochMs.length >= SUBSCRIPTIONS) {
      known.add(arrived.collapseKey);
      return arrived.epochMs;
    }
    if (performance.now() > deadline) {
      throw new Error(`only ${arrived?.epochMs.length ?? 0} of ${SUBSCRIPTIONS} pushes arrived`);
    }
    await new Promise((next) => setTimeout(next, 20));
  }
}

async function sendOne(
  stack: Stack,
  service: PushService,
  readers: Readers,
  known: Set<string>,
  index: number,
): Promise<Measured> {
  const live = readers.next(TIMEOUT_MS);
  const start = nowMs();
  const { id } = await stack.api.createAlert({
    headline: `عاجل: وصول القافلة رقم ${index} إلى مخيمات شمال المدينة بعد أسبوع من الانتظار`,
    body: 'قال منسق الإغاثة إن التوزيع يبدأ هذا المساء في ثلاثة مراكز.',
  });
  const accepted = nowMs() - start;
  const times = READERS > 0 ? await live : [];
  const pushes = SUBSCRIPTIONS > 0 ? await pushArrivals(service, known) : [];
  // The next alert finds everybody at rest: in a newsroom minutes lie between two.
  await stack.api.waitForReport(id, isComplete);
  const since = (at: number | undefined): number => (at ?? start) - start;
  return {
    accepted,
    liveFirst: since(times[0]),
    liveLast: since(times.at(-1)),
    pushFirst: since(pushes[0]),
    pushLast: since(pushes.at(-1)),
  };
}

const service = await startPushService({ record: 'counts', child: true });
const stack = await startStack({
  pushServices: [service],
  env: { TRUST_PROXY: 'loopback', LOG_LEVEL: 'warn' },
});
const measured: Measured[] = [];
try {
  await subscribeAll(stack, service);
  const readers = await openReaders(stack.origin, READERS, addressOf);
  const known = new Set<string>();
  for (let index = 0; index < WARM_UP + ALERTS; index++) {
    const one = await sendOne(stack, service, readers, known, index);
    if (index >= WARM_UP) measured.push(one);
    process.stderr.write(`\r${index + 1} of ${WARM_UP + ALERTS} alerts`);
  }
  process.stderr.write('\n');
  readers.close();
} finally {
  await stack.stop();
  await service.stop();
}

const redisServer = findRedisServer(process.env['PATH'] ?? '', fileURLToPath(new URL('..', import.meta.url)));
const redis = spawnSync(redisServer ?? '', ['--version'], { encoding: 'utf8' }).stdout;
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.versions.node}${redis ? `, ${redis.split(' ').slice(0, 3).join(' ')}` : ''}`,
);
console.log(
  `${READERS} WebSocket readers, ${SUBSCRIPTIONS} push subscriptions, ${ALERTS} alerts one after the other; everything on this machine, appendfsync always; ms from the POST`,
);
console.log(table(measured));
if (values.json) {
  const line = (field: keyof Measured) => ({
    p50: quantile(measured, field, 0.5),
    p99: quantile(measured, field, 0.99),
  });
  console.log(
    JSON.stringify({
      readers: READERS,
      subscriptions: SUBSCRIPTIONS,
      alerts: ALERTS,
      accepted_ms: line('accepted'),
      live_first_ms: line('liveFirst'),
      live_last_ms: line('liveLast'),
      push_first_ms: line('pushFirst'),
      push_last_ms: line('pushLast'),
    }),
  );
}
