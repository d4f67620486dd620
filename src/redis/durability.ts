import { Counter, Histogram } from 'prom-client';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Redis } from './connect.ts';
import { keys } from './keys.ts';
import { NotReplicatedError } from './not-replicated.ts';
import { PROVE_STORED } from './scripts/prove-stored.ts';

/** Where a write can be seen: a field of a hash, or a stream's entry with this `hash` among its newest. */
export type Proof =
  | { readonly in: 'hash'; readonly key: string; readonly field: string }
  | { readonly in: 'stream'; readonly key: string; readonly hash: string };

export interface Durability {
  /**
   * Resolves when a write is as safe as was asked for.
   * @throws {NotReplicatedError} it is stored, and no replica has it yet
   * @throws as a command does while Redis is away: it may be stored or not
   */
  confirm(proof: Proof): Promise<void>;
}

/** What the answering Redis has stored is safe enough. */
export const LOCAL: Durability = { confirm: async () => undefined };

/** A replica that is well answers within its round trip. */
const WAIT_MS = 1000;
/** A proof is looked for as soon as its entry is written. */
const NEWEST_ENTRIES = 200;
const AT_ONCE = 100;

type Result = 'replicated' | 'late' | 'unknown';

interface Waiting {
  readonly proof: Proof;
  readonly since: number;
  readonly settle: (error: unknown) => void;
}

/**
 * Waits until a replica has a write. After a failover the server asked may be another one than the one that took the write, so
 * it must show that it has the write before it waits for its replicas. All writes that come during one question share the
 * next.
 * @param deps.redis a `command` connection for this alone: `WAIT` holds up what comes after it
 */
export function createReplication(deps: {
  redis: Redis;
  metrics: Metrics;
  logger: Logger;
  waitMs?: number;
}): Durability {
  const { redis, logger, waitMs = WAIT_MS } = deps;
  const tell = tellOf(deps.metrics);
  let waiting: Waiting[] = [];
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, AT_ONCE);
      waiting = waiting.slice(AT_ONCE);
      const faults = await faultsOf(group).catch((error: unknown) => group.map(() => error));
      group.forEach(({ settle, since }, index) => {
        const fault = faults[index];
        tell(resultOf(fault), since);
        settle(fault);
      });
      const late = faults.filter((fault) => fault instanceof NotReplicatedError).length;
      if (late > 0) {
        logger.error(
          { writes: late, waitMs },
          'no replica has confirmed what was stored: check the replicas',
        );
      }
    }
    running = false;
  }

  /** What is wrong with each; undefined where a replica has it. */
  async function faultsOf(group: readonly Waiting[], isRepeated = false): Promise<unknown[]> {
    const proofs = group.map(({ proof }) => proof);
    const names = [keys.replication, ...proofs.map(({ key }) => key)];
    const words = proofs.flatMap((proof) => [proof.in, proof.in === 'hash' ? proof.field : proof.hash]);
    // One pipeline goes over one connection, on a Redis Cluster too: to the node that has the keys.
    const answers = await redis
      .pipeline()
      .eval(PROVE_STORED.lua, names.length, ...names, NEWEST_ENTRIES, ...words)
      .wait(1, waitMs)
      .exec();
    const [
      [failed, found] = [new Error('Connection is closed.'), []],
      [unanswered, replicas] = [undefined, 0],
    ] = answers ?? [];
    if (failed?.message.startsWith('MOVED ') && !isRepeated) {
      // ioredis follows a single command to the new master, and remembers it; not a pipeline of which a part was answered.
      await redis.exists(keys.replication);
      return faultsOf(group, true);
    }
    if (failed) throw failed;
    if (unanswered) throw unanswered;
    return PROVE_STORED.answer.parse(found).map((isStored) => {
      if (isStored === 0) return new Error('Connection is closed. The write is not on the new master.');
      return Number(replicas) > 0
        ? undefined
        : new NotReplicatedError(`no replica confirmed the write within ${waitMs} ms`);
    });
  }

  return {
    confirm: (proof) =>
      new Promise((resolve, reject) => {
        const settle = (error: unknown): void => (error === undefined ? resolve() : reject(error));
        waiting.push({ proof, since: performance.now(), settle });
        if (!running) void run();
      }),
  };
}

const resultOf = (fault: unknown): Result => {
  if (fault === undefined) return 'replicated';
  return fault instanceof NotReplicatedError ? 'late' : 'unknown';
};

/** @returns counts a write; `since` is on the monotonic clock, ms */
function tellOf(metrics: Metrics): (result: Result, since: number) => void {
  const writes = new Counter({
    name: 'ajil_replicated_writes_total',
    help: 'Acknowledged writes by what became of their copy: replicated, late (no replica confirmed it in time), unknown (Redis went away)',
    labelNames: ['result'],
    registers: [metrics],
  });
  const seconds = new Histogram({
    name: 'ajil_replication_wait_seconds',
    help: 'How long an editor’s write waited for a replica',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    registers: [metrics],
  });
  for (const result of ['replicated', 'late', 'unknown']) writes.inc({ result }, 0);
  return (result, since) => {
    writes.inc({ result });
    seconds.observe((performance.now() - since) / 1000);
  };
}
