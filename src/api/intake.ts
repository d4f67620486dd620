import type { Request, Response, Router } from 'express';
import { Counter } from 'prom-client';
import { z } from 'zod';
import type { ReadableHash } from '../editors/audited-hash.ts';
import type { Editor } from '../editors/schema.ts';
import { isSame } from '../editors/secrets.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { readBytes, refuseIfAny } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { FORMATS } from '../intake/formats.ts';
import type { Intake } from '../intake/intake.ts';
import type { Source, StoredSource } from '../intake/source.ts';
import { takenSchema, type Taken } from '../intake/story.ts';
import { isSigned } from '../intake/superdesk-signature.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import { credentialsOf, type Authentication } from './authentication.ts';
import { noSource } from './sources.ts';

interface IntakeDeps {
  readonly sources: Pick<ReadableHash<StoredSource>, 'get'>;
  readonly intake: Intake;
  readonly auth: Pick<Authentication, 'require'>;
  readonly limits: Pick<RateLimits, 'takeEditor'>;
  readonly onRefusedKey: (request: Request) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A long story with its pictures' descriptions has some 100 kB. */
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
      'The body is what the source writes: for `superdesk` and `ninjs`, one ninjs item. It is proved by `x-superdesk-signature`, or by `Authorization: Bearer` with the secret of the source or an API key. The same item again has the same answer. What may succeed later is always a 503, because Superdesk gives an item up after a 4xx.',
    who: 'editor',
    tag: 'sources',
    body: z.looseObject({}),
    example: {
      uri: 'urn:example:story:1',
      version: '1',
      versioncreated: '2026-11-20T08:00:00Z',
      type: 'text',
      pubstatus: 'usable',
      urgency: 2,
      language: 'ar',
      headline: 'عنوان الخبر',
      subject: [{ code: '11000000', name: 'politics' }],
    },
    answers: { 200: answerSchema },
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
  const counter = new Counter({
    name: 'ajil_intake_items_total',
    help: 'Items that sources sent, by what became of them; refused: they cannot be used',
    labelNames: ['source', 'action'],
    registers: [deps.metrics],
  });

  async function takeAll(source: Source, bytes: Buffer, by: Editor | undefined): Promise<Taken[]> {
    const read = FORMATS[source.type](bytes);
    if ('fault' in read) refuseIfAny([{ pointer: read.pointer, detail: read.fault }]);
    const answers: Taken[] = [];
    for (const item of 'items' in read ? read.items : []) {
      const taken = await deps.intake.take(source, item, by);
      counter.inc({ source: source.id, action: taken.action });
      if (taken.action === 'ignored') {
        const about = { source: source.id, item: item.id.slice(0, 200), reason: taken.reason };
        deps.logger.info(about, 'an item of a source was ignored');
      }
      answers.push(taken);
    }
    return answers;
  }

  route(router, INTAKE, {
    post: async (request, response) => {
      const source = await deps.sources.get(String(request.params['id']));
      if (source === undefined) throw noSource();
      const bytes = await readBytes(request, response, MOST_BYTES);
      const by = await prove(deps, request, bytes, source);
      try {
        await deps.limits.takeEditor(`source:${source.id}`, response);
        answer(response, await takeAll(source, bytes, by));
      } catch (error) {
        throw forSource(error, (problem) => {
          counter.inc({ source: source.id, action: 'refused' });
          const { errors } = problem.options;
          deps.logger.warn({ source: source.id, errors }, 'an item of a source cannot be used');
        });
      }
    },
  });
}

/**
 * Superdesk proves itself by a signature; every source may by its own secret, and an editor by an API key.
 * @returns the editor who brought the item; undefined: the source itself
 * @throws {Problem} 401, or 403 for an editor who may not write
 */
async function prove(
  deps: Pick<IntakeDeps, 'auth' | 'onRefusedKey'>,
  request: Request,
  bytes: Buffer,
  { type, secret }: StoredSource,
): Promise<Editor | undefined> {
  const signature = type === 'superdesk' ? request.get('x-superdesk-signature') : undefined;
  if (signature !== undefined) {
    if (isSigned(bytes, signature, secret)) return undefined;
    await deps.onRefusedKey(request).catch(onlyIfOther);
    throw unproven(WRONG_SIGNATURE);
  }
  const key = credentialsOf(request, 'Bearer');
  // A session of the desk does not count: no page of ours sends items.
  if (key === undefined)
    throw unproven('Send x-superdesk-signature, or Authorization: Bearer with a secret.');
  if (isSame(key, secret)) return undefined;
  return deps.auth.require(request, 'author').catch((error: unknown) => {
    onlyIfOther(error);
    throw unproven('This is neither the secret of the source nor an API key that is known.');
  });
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
const NOTHING: Taken = { action: 'ignored', alertId: null, status: null, reason: 'the body has no item' };

/** These come again whenever the item does. */
const FINAL: ReadonlySet<ProblemCode> = new Set(['invalid-body', 'message-too-large']);
const RETRY_AFTER_SECONDS = '5';

/** Whatever may pass later is a 503 for a source: it takes a 429, 409 or 412 for the end. */
function forSource(error: unknown, onFinal: (problem: Problem) => void): unknown {
  if (!(error instanceof Problem) || error.code === 'unavailable') return error;
  if (FINAL.has(error.code)) {
    onFinal(error);
    return error;
  }
  const headers = { 'Retry-After': RETRY_AFTER_SECONDS, ...error.options.headers };
  return new Problem('unavailable', `The item cannot be taken in now: ${error.message}`, { headers });
}
