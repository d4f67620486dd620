import { createHash } from 'node:crypto';
import type { Redis } from './connect.ts';

/** A Lua script: Redis runs it whole, with nothing in between (https://redis.io/docs/latest/develop/programmability/eval-intro/). */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

type Argument = string | number | Buffer;

/** Runs a script by its hash; a server that does not know it yet (fresh, or restarted) is given the text. */
export function runScript(
  redis: Redis,
  { lua, sha }: Script,
  names: readonly string[],
  args: readonly Argument[],
): Promise<unknown> {
  return byHashOrText(
    () => redis.evalsha(sha, names.length, ...names, ...args),
    () => redis.eval(lua, names.length, ...names, ...args),
  );
}

/** The same, with the answer's strings as bytes. */
export function runScriptBuffer(
  redis: Redis,
  { lua, sha }: Script,
  names: readonly string[],
  args: readonly Argument[],
): Promise<unknown> {
  return byHashOrText(
    () => redis.callBuffer('EVALSHA', sha, names.length, ...names, ...args),
    () => redis.callBuffer('EVAL', lua, names.length, ...names, ...args),
  );
}

/**
 * Runs a script once for each of `calls`, all in one round trip; the answers come in the same order. On a Redis Cluster
 * all keys must share one hash slot.
 * @throws the first error that a call met; the other calls have run all the same
 */
export async function runScriptMany(
  redis: Redis,
  script: Script,
  calls: readonly { names: readonly string[]; args: readonly Argument[] }[],
): Promise<unknown[]> {
  const pipeline = redis.pipeline();
  for (const { names, args } of calls) pipeline.evalsha(script.sha, names.length, ...names, ...args);
  const answers = (await pipeline.exec()) ?? [];
  return Promise.all(
    calls.map(({ names, args }, index) => {
      const [error, answer] = answers[index] ?? [new Error('Connection is closed.')];
      if (error === null) return answer;
      if (error.message.startsWith('NOSCRIPT')) return runScript(redis, script, names, args);
      throw error;
    }),
  );
}

async function byHashOrText(
  byHash: () => Promise<unknown>,
  byText: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await byHash();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return byText();
    throw error;
  }
}
