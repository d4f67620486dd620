import { Gauge } from 'prom-client';
import type { Metrics } from '../ops/metrics.ts';
import type { Clock } from './clock.ts';
import type { Redis } from './connect.ts';
import type { RedisWatch } from './fitness.ts';
import { keys } from './keys.ts';
import { countPresent } from './presence.ts';

/** Whether Ajil can take alerts now, and the state of each part. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** A write that Redis has not taken within this time has failed, ms. */
const ANSWER_MS = 2000;
/**
 * Anybody may ask, and each check is a write that is synced to disk. All questions within this time share one check,
 * ms.
 */
const KEEP_MS = 1000;

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/(^|-)READONLY /, 'a replica, which refuses writes: check the host in REDIS_URL'],
  [/(^|-)OOM /, 'out of memory: raise maxmemory'],
  [/(^|-)MISCONF /, 'not able to write to its disk: make room'],
  [/(^|-)NOREPLICAS /, 'short of replicas (min-replicas-to-write)'],
  [/^LOADING /, 'loading its data: wait'],
  [/^(NOAUTH|WRONGPASS|NOPERM) /, 'refusing our account: check the user and the password in REDIS_URL'],
  [/^CLUSTERDOWN /, 'a cluster with slots that no node serves'],
];

/** Ajil can take alerts if Redis takes writes, a worker lives and the gateway follows the live log. */
export function createReadiness(deps: {
  redis: Redis;
  watch: Pick<RedisWatch, 'current'>;
  clock: Pick<Clock, 'check'>;
  gateway: { ready(): boolean };
  /** How the canary fares, which decides nothing: a fault that all servers share must not take all of them out. */
  canary?: (() => Promise<string>) | undefined;
  steady?: () => number;
}): () => Promise<Readiness> {
  const { redis, steady = () => performance.now() } = deps;
  let kept: { readonly at: number; readonly readiness: Promise<Readiness> } | undefined;

  async function look(): Promise<Readiness> {
    const fault = await faultOf(redis.set(keys.readiness, '1', 'PX', KEEP_MS));
    const workers = fault === undefined ? await countPresent(redis, 'workers').catch(() => 0) : 0;
    const { unfit, faults, warnings } = deps.watch.current();
    // The server may be another one than the watch asked. Its answer to a write tells more.
    const wrong = fault === undefined ? unfit : [fault, ...unfit, ...faults];
    const following = deps.gateway.ready();
    const canary = fault === undefined ? await deps.canary?.().catch(() => 'unknown') : undefined;
    return {
      ready: wrong.length === 0 && workers > 0 && following,
      checks: {
        redis: [...(wrong.length === 0 ? ['writable'] : wrong), ...warnings].join('; '),
        workers: workers > 0 ? `${workers} seen` : 'none seen: start the workers role',
        live: following ? 'following' : 'catching up',
        clock: deps.clock.check(),
        ...(canary === undefined ? {} : { canary }),
      },
    };
  }

  return () => {
    // Without a connection the check fails at once and writes nothing, so it need not be shared. Thus the loss and the
    // return of Redis show without delay.
    if (redis.status !== 'ready') {
      kept = undefined;
      return look();
    }
    if (kept === undefined || steady() - kept.at >= KEEP_MS) kept = { at: steady(), readiness: look() };
    return kept.readiness;
  };
}

/** Why Redis did not take a write; undefined if it did. */
async function faultOf(written: Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`not answering within ${ANSWER_MS} ms: check its machine and the network`),
      ANSWER_MS,
    );
  });
  const taken = written.then(
    () => undefined,
    (error: unknown) => {
      const text = error instanceof Error ? error.message : '';
      return (
        CAUSES.find(([pattern]) => pattern.test(text))?.[1] ??
        'unreachable: check that it runs and that the network reaches it'
      );
    },
  );
  return Promise.race([taken, late]).finally(() => clearTimeout(timer));
}

/** The readiness as a metric, for an alarm without another prober. */
export function tellReadiness(metrics: Metrics, readiness: () => Promise<Readiness>): void {
  metrics.registerMetric(
    new Gauge({
      name: 'ajil_ready',
      help: 'Whether /readyz answers 200 (1) or 503 (0)',
      registers: [],
      async collect() {
        this.set((await readiness()).ready ? 1 : 0);
      },
    }),
  );
}
