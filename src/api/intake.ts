import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { ReadableHash } from '../editors/audited-hash.ts';
import type { Editor } from '../editors/schema.ts';
import { isSame } from '../editors/secrets.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { readBytes } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { FORMATS } from '../intake/formats.ts';
import { isSignedByGhost } from '../intake/ghost-signature.ts';
import { signedBytes } from '../intake/formats/cap/signature.ts';
import type { StoredSource } from '../intake/source.ts';
import { isTakenBack } from '../intake/item-record.ts';
import type { Item, ReadItems } from '../intake/item.ts';
import type { PageWaits } from '../intake/pages/page-waits.ts';
import { reason } from '../intake/reasons.ts';
import { ignored } from '../intake/answers.ts';
import { takenSchema, type Taken } from '../intake/item-record.ts';
import { isSigned } from '../intake/superdesk-signature.ts';
import { isFinal, type Taking } from '../intake/taking.ts';
import { credentialsOf, type Authentication } from './authentication.ts';
import { noSource } from './sources.ts';

interface IntakeDeps {
  readonly sources: Pick<ReadableHash<StoredSource>, 'get'>;
  readonly taking: Taking;
  readonly pageWaits: Pick<PageWaits, 'add' | 'drop'>;
  readonly auth: Pick<Authentication, 'require'>;
  readonly limits: Pick<RateLimits, 'takeEditor'>;
  readonly onRefusedKey: (request: Request) => Promise<void>;
}

/** A long item with its pictures' descriptions has some 100 kB. */
const MOST_BYTES = 1024 * 1024;

const answerSchema = takenSchema.strict().extend({
  items: z
    .array(takenSchema.strict())
    .optional()
    .describe('What became of each item, where the body had several; the fields beside are the first one’s'),
});

export const INTAKE = resource('/v1/intake/:id', {
  post: {
    summary: 'Take in an item from a source, in its own format',
    description:
      'The body is what the source writes: for `superdesk` and `ninjs`, one ninjs item, for `cap` one CAP message, for `wordpress` what the plugin sends, for `ghost` the body of its webhook. It is proved by `x-superdesk-signature` or `x-ghost-signature`, or by `Authorization: Bearer` with the secret of the source or an API key; a CAP message also by its XML signature, where the source has a certificate. The same item again has the same answer. What may succeed later is always a 503, because Superdesk gives an item up after a 4xx.',
    who: 'editor',
    tag: 'sources',
    body: z.looseObject({}),
    example: {
      uri: 'urn:example:item:1',
      version: '1',
      versioncreated: '2026-11-20T08:00:00Z',
      type: 'text',
      pubstatus: 'usable',
      urgency: 2,
      language: 'ar',
      headline: 'عنوان الخبر',
      subject: [{ code: '11000000', name: 'politics' }],
    },
    answers: {
      200: answerSchema,
      202: z
        .strictObject({ action: z.literal('waiting') })
        .describe('Of a `ghost`: it is taken in once its public page answers 200'),
    },
    problems: [
      'forbidden',
      'not-found',
      'body-too-large',
      'unsupported-media-type',
      'invalid-body',
      'message-too-large',
      'unavailable',
    ],
  },
});

/** Takes the items of sources. The status says whether it makes sense to send it again, as Superdesk reads it: never after a 4xx. */
export function serveIntake(router: Router, deps: IntakeDeps): void {
  route(router, INTAKE, {
    post: async (request, response) => {
      const source = await deps.sources.get(String(request.params['id']));
      if (source === undefined) throw noSource();
      if (source.type === 'feed')
        throw new Problem('not-found', 'This source is a feed: nothing is sent to it.');
      const bytes = await readBytes(request, response, MOST_BYTES);
      const by = await prove(deps, request, bytes, source);
      const read = FORMATS[source.type](believed(bytes, source));
      try {
        await deps.limits.takeEditor(`source:${source.id}`, response);
        const { now, waiting } = apart(read);
        for (const item of waiting) await deps.pageWaits.add(source.id, item, by);
        for (const id of endedIn(now)) await deps.pageWaits.drop(source.id, id);
        if (waiting.length > 0) answerWaiting(response);
        else answer(response, await deps.taking.take(source, now, by));
      } catch (error) {
        throw forSource(error);
      }
    },
  });
}

/** What is taken in at once, and what waits for its public page: the body of a `ghost` has one item. */
function apart(read: ReadItems): { readonly now: ReadItems; readonly waiting: readonly Item[] } {
  if ('fault' in read) return { now: read, waiting: [] };
  const waits = (item: Item): boolean => item.page !== undefined && item.unfit === null && !isTakenBack(item);
  return {
    now: { ...read, items: read.items.filter((item) => !waits(item)) },
    waiting: read.items.filter(waits),
  };
}

/** What does not wait any more, because it is taken back. */
const endedIn = (read: ReadItems): string[] =>
  'fault' in read
    ? []
    : read.items.filter((item) => item.page !== undefined && isTakenBack(item)).map(({ id }) => id);

/** What of the body the source stands for: with a certificate, what it has signed. @throws {Problem} 401 */
function believed(bytes: Buffer, { certificate }: StoredSource): Buffer {
  const signed = certificate === undefined ? bytes : signedBytes(bytes, certificate);
  if (signed !== undefined) return signed;
  throw unproven('The message has no XML signature that fits the certificate of this source.');
}

/**
 * Superdesk and Ghost prove themselves by a signature; every source may by its own secret, and an editor by an API key.
 * @returns the editor who brought the item; undefined: the source itself
 * @throws {Problem} 401, or 403 for an editor who may not write
 */
async function prove(
  deps: Pick<IntakeDeps, 'auth' | 'onRefusedKey'>,
  request: Request,
  bytes: Buffer,
  { type, secret }: StoredSource,
): Promise<Editor | undefined> {
  const signing = SIGNATURES[type];
  const signature = signing && request.get(signing.header);
  if (signing !== undefined && signature !== undefined) {
    if (signing.isSigned(bytes, signature, secret)) return undefined;
    await deps.onRefusedKey(request).catch(onlyIfOther);
    throw unproven(WRONG_SIGNATURE);
  }
  const key = credentialsOf(request, 'Bearer');
  // A session of the desk does not count: no page of ours sends items.
  if (key === undefined) {
    const ways = [...(signing === undefined ? [] : [signing.header]), 'Authorization: Bearer with a secret'];
    throw unproven(`Send ${ways.join(', or ')}.`);
  }
  if (isSame(key, secret)) return undefined;
  return deps.auth.require(request, 'author').catch((error: unknown) => {
    onlyIfOther(error);
    throw unproven('This is neither the secret of the source nor an API key that is known.');
  });
}

/** The headers in which sources sign what they send. */
const SIGNATURES: Readonly<Partial<Record<StoredSource['type'], Signing>>> = {
  superdesk: { header: 'x-superdesk-signature', isSigned },
  ghost: { header: 'x-ghost-signature', isSigned: isSignedByGhost },
};
interface Signing {
  readonly header: string;
  isSigned(bytes: Buffer, header: string, secret: string): boolean;
}

const WRONG_SIGNATURE = 'The signature does not fit the body and the secret of this source.';

/** A wrong proof is counted, but stays a 401 however many there were: a 429 says that it may be right later. */
function onlyIfOther(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== 'too-many-requests') throw error;
}

function unproven(detail: string): Problem {
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="ajil"' } });
}

function answer(response: Response, answers: readonly Taken[]): void {
  const [first = NOTHING] = answers;
  response.set('Cache-Control', 'no-store');
  response.json(answers.length > 1 ? { ...first, items: answers } : first);
}
function answerWaiting(response: Response): void {
  response.status(202).set('Cache-Control', 'no-store').json({ action: 'waiting' });
}
const NOTHING = ignored(null, reason('no-item'));

const RETRY_AFTER_SECONDS = '5';

/** Whatever may pass later is a 503 for a source: it takes a 429, 409 or 412 for the end. */
function forSource(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code === 'unavailable' || isFinal(error)) return error;
  const headers = { 'Retry-After': RETRY_AFTER_SECONDS, ...error.options.headers };
  return new Problem('unavailable', `The item cannot be taken in now: ${error.message}`, { headers });
}
