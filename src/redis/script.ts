import { createHash } from 'node:crypto';
import type { Redis } from './connect.ts';

/**
 * A Lua script: Redis runs it whole, with nothing in between
 * (https://redis.io/docs/latest/develop/programmability/eval-intro/).
 */
export interface Script<Answer = unknown> {
  readonly lua: string;
  readonly sha: string;
  readonly answer: Schema<Answer>;
}

/** What a zod schema is to us. */
interface Schema<Answer> {
  parse(value: unknown): Answer;
}

const ANYTHING: Schema<unknown> = { parse: (value) => value };

/**
 * @param answer reads what the script answers: a zod schema, so that an answer of another release of ours fails here and is
 *   not taken for something else. None for a script without an answer.
 */
export function script(lua: string): Script;
export function script<Answer>(lua: string, answer: Schema<Answer>): Script<Answer>;
export function script(lua: string, answer: Schema<unknown> = ANYTHING): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex'), answer };
}

type Argument = string | number | Buffer;

/** Runs a script by its hash; a server that does not know it yet (fresh, or restarted) is given the text. */
export async function runScript<Answer>(
  redis: Redis,
  { lua, sha, answer }: Script<Answer>,
  names: readonly string[],
  args: readonly Argument[],
): Promise<Answer> {
  const answered = await byHashOrText(
    () => redis.evalsha(sha, names.length, ...names, ...args),
    () => redis.eval(lua, names.length, ...names, ...args),
  );
  return answer.parse(answered);
}

/** The same, with the answer's strings as bytes. */
export async function runScriptBuffer<Answer>(
  redis: Redis,
  { lua, sha, answer }: Script<Answer>,
  names: readonly string[],
  args: readonly Argument[],
): Promise<Answer> {
  const answered = await byHashOrText(
    () => redis.callBuffer('EVALSHA', sha, names.length, ...names, ...args),
    () => redis.callBuffer('EVAL', lua, names.length, ...names, ...args),
  );
  return answer.parse(answered);
}

/**
 * Runs a script once for each of `calls`, all in one round trip; the answers come in the same order. On a Redis Cluster
 * all keys must share one hash slot.
 * @throws the first error that a call met; the other calls have run all the same
 */
export async function runScriptMany<Answer>(
  redis: Redis,
  script: Script<Answer>,
  calls: readonly { names: readonly string[]; args: readonly Argument[] }[],
): Promise<Answer[]> {
  const pipeline = redis.pipeline();
  for (const { names, args } of calls) pipeline.evalsha(script.sha, names.length, ...names, ...args);
  const answers = (await pipeline.exec()) ?? [];
  return Promise.all(
    calls.map(({ names, args }, index) => {
      const [error, answer] = answers[index] ?? [new Error('Connection is closed.')];
      if (error === null) return script.answer.parse(answer);
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
