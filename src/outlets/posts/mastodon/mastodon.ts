import { z } from 'zod';
import { primaryLanguage } from '../../../alerts/language.ts';
import { faultOfStatus, type Call, type CallOptions, type JsonAnswer } from '../call.ts';
import type { Message } from '../message.ts';
import type { OutletOf } from '../outlet.ts';
import { failed, type Abilities, type Fault, type Result, type Service } from '../service.ts';
import { countCharacters, textOf, withLink } from '../text.ts';

const MINUTE = 60_000;

export const MASTODON: Abilities = {
  edit: true,
  remove: true,
  // Keys are remembered for an hour: https://docs.joinmastodon.org/methods/statuses/#create
  repeatMs: 55 * MINUTE,
  mostUnanswered: Infinity,
  length: { most: 500, unit: 'characters' },
  // 300 calls in five minutes: https://docs.joinmastodon.org/api/rate-limits/
  pauseMs: 1000,
};

const statusSchema = z.object({ id: z.string() });
const problemSchema = z.object({ error: z.string() });
/** https://docs.joinmastodon.org/entities/Instance/ */
const instanceSchema = z.object({
  configuration: z.object({
    statuses: z.object({
      max_characters: z.number().int().positive(),
      characters_reserved_per_url: z.number().int().positive().default(23),
    }),
  }),
});
interface Length {
  readonly most: number;
  /** A link counts as so many characters, however long it is. */
  readonly perLink: number;
}
const USUAL: Length = { most: 500, perLink: 23 };
const KNOWN_MS = 60 * MINUTE;

/** What servers say of their posts' length, for an hour. */
export type Lengths = Map<string, { readonly untilMs: number; readonly length: Length }>;

/** Posts as an account: https://docs.joinmastodon.org/methods/statuses/ */
export function createMastodon(
  outlet: OutletOf<'mastodon'>,
  deps: { readonly call: Call; readonly lengths: Lengths; readonly now: () => number },
): Service {
  const { server, visibility } = outlet;

  async function ask<T>(
    path: string,
    options: CallOptions,
    schema: z.ZodType<T>,
  ): Promise<Result<{ result: T }>> {
    const headers = { ...options.headers, Authorization: `Bearer ${outlet.token}` };
    const answer = await deps.call(server + path, { ...options, headers });
    if ('fault' in answer) return failed(answer.fault);
    const { status } = answer;
    if (status < 200 || status >= 300) return failed(faultOf(answer, deps.now()));
    const result = schema.safeParse(answer.body);
    return result.success
      ? { type: 'done', status, result: result.data }
      : failed({ reason: 'odd', status, isUncertain: true });
  }

  /** It goes without: a server that does not say it has the usual length. */
  async function length(): Promise<Length> {
    const known = deps.lengths.get(server);
    if (known !== undefined && known.untilMs > deps.now()) return known.length;
    const asked = await ask('/api/v2/instance', {}, instanceSchema);
    if (asked.type === 'failed') return USUAL;
    const { max_characters: most, characters_reserved_per_url: perLink } =
      asked.result.configuration.statuses;
    deps.lengths.set(server, { untilMs: deps.now() + KNOWN_MS, length: { most, perLink } });
    return { most, perLink };
  }

  async function written(message: Message): Promise<object> {
    const { most, perLink } = await length();
    const gap = countCharacters(withLink('', ''));
    const fits = (text: string): boolean => countCharacters(text) + gap + perLink <= most;
    const status = withLink(textOf(message, fits), message.link);
    return { status, language: languageOf(message.lang) };
  }

  return {
    can: MASTODON,
    check: async () => {
      const known = await ask('/api/v1/accounts/verify_credentials', {}, z.object({ id: z.string() }));
      if (known.type === 'failed') return known;
      const app = await ask('/api/v1/apps/verify_credentials', {}, appSchema);
      return app.type === 'done' && app.result.scopes !== undefined && !mayWrite(app.result.scopes)
        ? failed({ reason: 'rights', detail: 'the token needs the scope write:statuses' })
        : { type: 'done' };
    },
    post: async (message, { key, thread }) => {
      const last = thread.at(-1);
      const body = {
        ...(await written(message)),
        visibility,
        ...(last === undefined ? {} : { in_reply_to_id: last }),
      };
      const headers = { 'Idempotency-Key': key };
      const made = await ask('/api/v1/statuses', { method: 'POST', headers, body }, statusSchema);
      // Which of two texts a key was used for first, Mastodon does not say.
      return made.type === 'failed' ? made : { type: 'done', ref: made.result.id, isOlder: true };
    },
    edit: async (ref, message) => {
      const path = `/api/v1/statuses/${encodeURIComponent(ref)}`;
      return missing(await ask(path, { method: 'PUT', body: await written(message) }, statusSchema));
    },
    remove: async (ref) => {
      const path = `/api/v1/statuses/${encodeURIComponent(ref)}`;
      const removed = missing(await ask(path, { method: 'DELETE' }, z.unknown()));
      const isGone = removed.type === 'failed' && removed.fault.reason === 'gone';
      return isGone ? { type: 'done' } : removed;
    },
  };
}

/** Servers before 4.3 do not say what a token may do. */
const appSchema = z.object({ scopes: z.array(z.string()).optional() });
const mayWrite = (scopes: readonly string[]): boolean =>
  scopes.includes('write') || scopes.includes('write:statuses');

/** Of a post, 404 says that it is gone. */
const missing = (result: Result<object>): Result<object> =>
  result.type === 'failed' && result.fault.status === 404
    ? failed({ ...result.fault, reason: 'gone' })
    : result;

/** Mastodon knows ISO 639 codes and a few tags with a region. */
const languageOf = (lang: string): string => primaryLanguage(lang);

function faultOf({ status, headers, body }: JsonAnswer, nowMs: number): Fault {
  const read = problemSchema.safeParse(body);
  const detail = read.success ? read.data.error : undefined;
  if (status !== 429) return faultOfStatus(status, detail);
  const reset = Date.parse(String(headers['x-ratelimit-reset'] ?? '')) - nowMs;
  return { reason: 'busy', status, afterMs: Number.isNaN(reset) ? 60_000 : Math.max(reset, 1000) };
}
