import { Gauge } from 'prom-client';
import type { Metrics } from '../ops/metrics.ts';
import type { Clock } from './clock.ts';
import type { Redis } from './connect.ts';
import type { RedisWatch } from './fitness.ts';
import { keys } from './keys.ts';
import { countPresent } from './presence.ts';

/** Whether alerts can be taken now, and what each part says. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Redis is asked whether it takes a write; one that hangs does not. Milliseconds. */
const ANSWER_MS = 2000;
/** Anybody may ask, and each look is a write that is synced to disk: so many milliseconds share one. */
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

/** Alerts can be taken when Redis writes, a worker lives and the gateway follows the live log. */
export function createReadiness(deps: {
  redis: Redis;
  watch: Pick<RedisWatch, 'current'>;
  clock: Pick<Clock, 'check'>;
  gateway: { ready(): boolean };
  steady?: () => number;
}): () => Promise<Readiness> {
  const { redis, steady = () => performance.now() } = deps;
  let kept: { readonly at: number; readonly readiness: Promise<Readiness> } | undefined;

  async function look(): Promise<Readiness> {
    const fault = await faultOf(redis.set(keys.readiness, '1', 'PX', KEEP_MS));
    const workers = fault === undefined ? await countPresent(redis, 'workers').catch(() => 0) : 0;
    const { unfit, faults, warnings } = deps.watch.current();
    // Which server it is may have changed since it was asked: that it takes a write tells more.
    const wrong = fault === undefined ? unfit : [fault, ...unfit, ...faults];
    const following = deps.gateway.ready();
    return {
      ready: wrong.length === 0 && workers > 0 && following,
      checks: {
        redis: [...(wrong.length === 0 ? ['writable'] : wrong), ...warnings].join('; '),
        workers: workers > 0 ? `${workers} seen` : 'none seen: start the workers role',
        live: following ? 'following' : 'catching up',
        clock: deps.clock.check(),
      },
    };
  }

  return () => {
    // A connection that is gone answers at once, and nothing is written: its end and its return are told without delay.
    if (redis.status !== 'ready') {
      kept = undefined;
      return look();
    }
    if (kept === undefined || steady() - kept.at >= KEEP_MS) kept = { at: steady(), readiness: look() };
    return kept.readiness;
  };
}

/** Why a write was not taken; undefined when it was. */
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

/** For an alarm that needs no other prober. */
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
