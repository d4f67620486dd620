import { Cluster } from 'ioredis';
import { UnfitError } from '../ops/unfit.ts';
import type { Redis } from './connect.ts';

/** What a server says of itself, as far as it lets us ask. */
export interface RedisAnswers {
  readonly version: string | undefined;
  /** `master`, or `slave`. */
  readonly role: string | undefined;
  readonly maxmemoryPolicy: string | undefined;
  readonly appendOnly: boolean | undefined;
  readonly appendFsync: string | undefined;
}

/** What an operator is told of it. */
export interface RedisFitness {
  /** A restart does not help: alerts must not be entrusted to it. */
  readonly unfit: readonly string[];
  /** Alerts cannot be taken while this lasts. */
  readonly faults: readonly string[];
  /** Works, and promises less than it should. */
  readonly warnings: readonly string[];
}

const LEAST_VERSION = [6, 2] as const;

/** @param version such as `6.2.14`; Valkey tells the version of Redis that it is compatible with */
export function isOldRedis(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1]);
}

export function judgeRedis(answers: RedisAnswers): RedisFitness {
  const { version, role, maxmemoryPolicy, appendOnly, appendFsync } = answers;
  const unknown = Object.entries({
    version,
    role,
    'maxmemory-policy': maxmemoryPolicy,
    appendonly: appendOnly,
  })
    .filter(([, answer]) => answer === undefined)
    .map(([name]) => name);
  if (appendOnly === true && appendFsync === undefined) unknown.push('appendfsync');
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
      ...told(unknown.length > 0, `Ajil may not read ${unknown.join(', ')}: check the values yourself`),
    ],
  };
}

/** Asks the server, or each master of a cluster. What it may not tell us (`NOPERM`, a managed service) is undefined. */
export async function askRedis(redis: Redis): Promise<RedisFitness> {
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const judged = await Promise.all(nodes.map(async (node) => judgeRedis(await askNode(node))));
  const all = (part: keyof RedisFitness): string[] => [...new Set(judged.flatMap((one) => one[part]))];
  return { unfit: all('unfit'), faults: all('faults'), warnings: all('warnings') };
}

/** @throws {UnfitError} with a sentence for each thing that a restart does not change */
export function refuseUnfit({ unfit }: RedisFitness): void {
  if (unfit.length > 0) throw new UnfitError(`Ajil cannot use this Redis: ${unfit.join('; ')}`);
}

type Node = Pick<Exclude<Redis, Cluster>, 'info' | 'config'>;

async function askNode(node: Node): Promise<RedisAnswers> {
  const info = await allowed(node.info());
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info ?? '')?.[1];
  const setting = async (name: string): Promise<string | undefined> => {
    const answer = await allowed(node.config('GET', name) as Promise<unknown>);
    return Array.isArray(answer) ? (answer[1] as string | undefined) : undefined;
  };
  const aof = field('aof_enabled');
  return {
    version: field('redis_version'),
    role: field('role'),
    maxmemoryPolicy: field('maxmemory_policy') ?? (await setting('maxmemory-policy')),
    appendOnly: aof === undefined ? undefined : aof === '1',
    appendFsync: await setting('appendfsync'),
  };
}

/** A refusal is an answer, too; a connection that is lost is not. */
async function allowed<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
}
