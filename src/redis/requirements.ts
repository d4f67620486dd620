import { Cluster } from 'ioredis';
import { UnfitError } from '../ops/unfit.ts';
import type { Redis } from './connect.ts';
import { infoField } from './info.ts';

/** What a server tells about itself. Undefined where our account may not ask. */
export interface RedisAnswers {
  readonly version: string | undefined;
  /** `master`, or `slave`. */
  readonly role: string | undefined;
  readonly maxmemoryPolicy: string | undefined;
  readonly appendOnly: boolean | undefined;
  readonly appendFsync: string | undefined;
  /** How many are connected. */
  readonly replicas: number | undefined;
  /** How many must be connected for it to take a write. */
  readonly minReplicas: number | undefined;
}

export type DurabilityWanted = 'local' | 'replicated';

/** What an operator must know about it. */
export interface RedisFitness {
  /** Alerts must not be entrusted to this Redis, and a restart does not help. */
  readonly unfit: readonly string[];
  /** Ajil cannot take alerts while this lasts. */
  readonly faults: readonly string[];
  /** Ajil works, but Redis promises less than it should. */
  readonly warnings: readonly string[];
}

const LEAST_VERSION = [6, 2] as const;

/** @param version such as `6.2.14`. Valkey tells the version of Redis with which it is compatible */
export function isOldRedis(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1]);
}

export function judgeRedis(answers: RedisAnswers, durability: DurabilityWanted = 'local'): RedisFitness {
  const { version, role, maxmemoryPolicy, appendOnly, appendFsync, replicas, minReplicas } = answers;
  const failsOver = durability === 'replicated' || (replicas ?? 0) > 0;
  const unknown = Object.entries({
    version,
    role,
    'maxmemory-policy': maxmemoryPolicy,
    appendonly: appendOnly,
  })
    .filter(([, answer]) => answer === undefined)
    .map(([name]) => name);
  if (appendOnly === true && appendFsync === undefined) unknown.push('appendfsync');
  if (failsOver && minReplicas === undefined) unknown.push('min-replicas-to-write');
  const told = (wrong: boolean, text: string): string[] => (wrong ? [text] : []);
  return {
    unfit: [
      ...told(
        version !== undefined && isOldRedis(version),
        `Redis ${LEAST_VERSION.join('.')} or later is needed; this is ${version}`,
      ),
      ...told(
        maxmemoryPolicy !== undefined && maxmemoryPolicy !== 'noeviction',
        `maxmemory-policy is ${maxmemoryPolicy}, which drops alerts and subscriptions when the memory is full: set noeviction`,
      ),
    ],
    faults: told(role === 'slave', 'it is a replica, which refuses writes: check the host in REDIS_URL'),
    warnings: [
      ...told(
        appendOnly === false,
        'appendonly is no: a restart of Redis loses every alert and subscription',
      ),
      ...told(
        appendOnly === true && appendFsync !== undefined && appendFsync !== 'always',
        `appendfsync is ${appendFsync}: a power cut loses acknowledged alerts`,
      ),
      ...told(
        durability === 'replicated' && replicas === 0,
        'no replica is connected: with DURABILITY=replicated every alert is answered 503',
      ),
      ...told(
        failsOver && minReplicas === 0,
        'min-replicas-to-write is 0: a master that is cut off takes alerts that a failover loses: set 1',
      ),
      ...told(unknown.length > 0, `Ajil may not read ${unknown.join(', ')}: check the values yourself`),
    ],
  };
}

/** Asks the server, or each master of a cluster. Answers that it refuses (`NOPERM`, a managed service) are undefined. */
export async function askRedis(redis: Redis, durability: DurabilityWanted): Promise<RedisFitness> {
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const judged = await Promise.all(nodes.map(async (node) => judgeRedis(await askNode(node), durability)));
  const all = (part: keyof RedisFitness): string[] => [...new Set(judged.flatMap((one) => one[part]))];
  return { unfit: all('unfit'), faults: all('faults'), warnings: all('warnings') };
}

/** @throws {UnfitError} with a sentence for each fault that a restart does not mend */
export function refuseUnfit({ unfit }: RedisFitness): void {
  if (unfit.length > 0) throw new UnfitError(`Ajil cannot use this Redis: ${unfit.join('; ')}`);
}

type Node = Pick<Exclude<Redis, Cluster>, 'info' | 'config'>;

async function askNode(node: Node): Promise<RedisAnswers> {
  const info = await allowed(node.info());
  const field = (name: string): string | undefined => infoField(info ?? '', name);
  const setting = async (name: string): Promise<string | undefined> => {
    const answer = await allowed(node.config('GET', name) as Promise<unknown>);
    return Array.isArray(answer) ? (answer[1] as string | undefined) : undefined;
  };
  const aof = field('aof_enabled');
  const count = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : Number(text);
  return {
    version: field('redis_version'),
    role: field('role'),
    maxmemoryPolicy: field('maxmemory_policy') ?? (await setting('maxmemory-policy')),
    appendOnly: aof === undefined ? undefined : aof === '1',
    appendFsync: await setting('appendfsync'),
    replicas: count(field('connected_slaves')),
    minReplicas: count(await setting('min-replicas-to-write')),
  };
}

/** A refusal counts as an answer. A lost connection does not. */
async function allowed<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
}
