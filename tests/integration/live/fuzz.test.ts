import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test as base } from 'vitest';
import { attack } from '../../fuzz/attack.ts';
import { freePorts } from '../../support/free-ports.ts';
import { startGateways, type Gateways } from '../../chaos/live/gateways.ts';
import { seededRandom } from '../../support/random.ts';
import { startTestRedis } from '../../support/redis.ts';

// More of it: FUZZ_ATTACKS=20000 FUZZ_SEED=7 npx vitest run --project integration tests/integration/live/fuzz.test.ts
const ATTACKS = Number(process.env['FUZZ_ATTACKS'] ?? 600);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const AT_ONCE = 24;
/** Compiling, caches and metrics take their share; after these it should stand still. */
const WARM_ATTACKS = 300;
/** Half of the attacks open a line; one that is kept by mistake costs 2 kB and more, closed as it is. */
const LEAK_BYTES_PER_ATTACK = 500;
const NOISE_BYTES = 400_000;

const PRELOAD = fileURLToPath(new URL('../../support/fixtures/collect-on-signal.mjs', import.meta.url));

const test = base.extend<{ gateways: Gateways }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of fixtures from the pattern
  gateways: async ({}, use) => {
    const redis = await startTestRedis();
    const env = { NODE_OPTIONS: `--import=${PRELOAD}` };
    const gateways = await startGateways({ redisUrl: redis.url, ports: await freePorts(1), env });
    await use(gateways);
    await gateways.stop();
    await redis.stop();
  },
});

async function attackAll(origin: string, count: number, seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const port = Number(new URL(origin).port);
  const faults: string[] = [];
  let left = count;
  const attacker = async (): Promise<void> => {
    while (left-- > 0) faults.push(...(await attack(port, seededRandom(random() * 2 ** 31))));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, attacker));
  return faults;
}

const openDescriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Resolves when every connection is gone. */
async function untilEmpty(origin: string, pid: number, descriptors: number): Promise<void> {
  await expect.poll(() => openDescriptors(pid), { timeout: 20_000 }).toBeLessThanOrEqual(descriptors);
  const metrics = await (await fetch(`${origin}/metrics`, { headers: { connection: 'close' } })).text();
  expect(/^ajil_live_connections\S* (\d+)$/m.exec(metrics)?.[1]).toBe('0');
}

/** Bytes in use once all garbage is collected. */
async function heapOf(gateways: Gateways): Promise<number> {
  const heaps = (): string[] => gateways.logs().match(/^heap \d+$/gm) ?? [];
  const before = heaps().length;
  gateways.signal(0, 'SIGUSR2');
  await expect.poll(() => heaps().length, { timeout: 10_000 }).toBe(before + 1);
  return Number(heaps().at(-1)?.slice(5));
}

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

test(
  'whatever comes in at the upgrade or behind it: no crash, no leak, and every refusal is a documented one',
  { timeout: 60_000 + ATTACKS * 30 },
  async ({ gateways }) => {
    const [origin = ''] = gateways.origins;
    const pid = gateways.pid(0);
    const descriptors = openDescriptors(pid);
    expect((await attackAll(origin, WARM_ATTACKS, SEED + 1)).join('\n')).toBe('');
    await untilEmpty(origin, pid, descriptors);
    const heap = await heapOf(gateways);
    const resident = residentOf(pid);

    expect((await attackAll(origin, ATTACKS, SEED)).join('\n')).toBe('');
    await untilEmpty(origin, pid, descriptors);
    const most = NOISE_BYTES + ATTACKS * LEAK_BYTES_PER_ATTACK;
    expect((await heapOf(gateways)) - heap).toBeLessThan(most);
    expect(residentOf(pid) - resident).toBeLessThan(64 * 2 ** 20);
    expect(gateways.pid(0)).toBe(pid);
    expect(gateways.logs().match(/"level":[56]0.*/g) ?? []).toEqual([]);
    const health = await fetch(`${origin}/healthz`);
    expect(health.status).toBe(200);
  },
);
