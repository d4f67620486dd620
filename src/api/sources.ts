import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { TopicStore } from '../audience/topics.ts';
import type { AuditedHash } from '../editors/audited-hash.ts';
import { newSecret } from '../editors/secrets.ts';
import { alreadyThere, isOnlyNew } from '../http/only-new.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { BODY_PROBLEMS, readBody, refuseIfAny } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import {
  MOST_SOURCES,
  sourceIdSchema,
  sourceInputSchema,
  sourceSchema,
  type StoredSource,
} from '../intake/source.ts';
import type { Arrivals } from '../intake/arrivals.ts';
import type { FeedStates } from '../intake/feeds/feed-state.ts';
import type { Subscriber } from '../intake/feeds/websub/subscriber.ts';
import { webhookFault } from '../outlets/webhooks/address.ts';
import type { Authentication } from './authentication.ts';
import { createSourceState, sourceStateSchema } from './source-state.ts';

const shown = sourceSchema.strict();
const withState = shown.extend({ state: sourceStateSchema });
const withSecret = shown.extend({
  secret: z.string().optional().describe('Only the one that was made: it cannot be read again'),
});

export const SOURCES = resource('/v1/sources', {
  get: {
    summary: 'List the sources that items may come from',
    description: 'For admins. Their secrets are never answered.',
    who: 'editor',
    tag: 'sources',
    answers: { 200: z.strictObject({ sources: z.array(withState) }) },
    problems: ['forbidden'],
  },
});

export const SOURCE = resource('/v1/sources/:id', {
  put: {
    summary: 'Add a source, or replace its settings',
    description:
      'For admins. Without `secret`, a source keeps the one it has; a new source gets one, which the answer (201) shows once. With `If-None-Match: *` a source that is there is left as it is (412).',
    who: 'editor',
    tag: 'sources',
    headers: ['If-None-Match'],
    body: sourceInputSchema,
    example: {
      type: 'superdesk',
      mode: 'draft',
      lang: 'ar',
      topics: { '11000000': 'politics', 'World News': 'world', default: 'world' },
      urgencies: { '1': 'flash', '2': 'urgent', '3': 'urgent', other: null, none: 'normal' },
    },
    answers: { 201: withSecret, 200: withSecret },
    problems: ['forbidden', ...BODY_PROBLEMS, 'precondition-failed', 'wrong-status', 'too-many-requests'],
  },
  delete: {
    summary: 'Delete a source with its secret',
    description: 'For admins. Its alerts stay.',
    who: 'editor',
    tag: 'sources',
    answers: { 204: null },
    problems: ['forbidden', 'not-found'],
  },
});

interface SourcesDeps {
  readonly sources: AuditedHash<StoredSource>;
  readonly topics: Pick<TopicStore, 'list'>;
  readonly auth: Authentication;
  readonly limits: Pick<RateLimits, 'takeEditor'>;
  readonly feeds: Pick<FeedStates, 'standing' | 'wake' | 'forget'>;
  readonly subscriber: Pick<Subscriber, 'leave' | 'standing'>;
  readonly arrivals: Pick<Arrivals, 'begin' | 'heard' | 'forget'>;
  readonly now: () => number;
  readonly config: { readonly webhookAllowedOrigins: readonly string[] };
}

/** Where items may come from. Only an admin says that, since a source acts as an author. */
export function serveSources(router: Router, deps: SourcesDeps): void {
  const { sources, auth } = deps;

  async function refuseUnknown(topics: StoredSource['topics']): Promise<void> {
    const known = new Set((await deps.topics.list()).map((topic) => topic.id));
    const wrong = Object.entries(topics).filter(([, topic]) => topic !== null && !known.has(topic));
    refuseIfAny(wrong.map(([word]) => ({ pointer: `/topics/${escaped(word)}`, detail: 'is not a topic' })));
  }

  function refuseUnreachable(url: string | undefined): void {
    const fault = url === undefined ? undefined : webhookFault(url, deps.config.webhookAllowedOrigins);
    if (fault !== undefined) refuseIfAny([{ pointer: '/url', detail: fault }]);
  }

  async function put(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'admin');
    await deps.limits.takeEditor(editor.id, response);
    const id = idOf(request);
    const { secret, ...settings } = await readBody(request, response, sourceInputSchema);
    refuseUnreachable(settings.url);
    await refuseUnknown(settings.topics);
    const made = `ajil_${newSecret()}`;
    let [isNew, isMade, urlBefore] = [false, false, settings.url];
    const by = { editorId: editor.id, action: `source.put-${settings.mode}` };
    const result = await sources.set(id, by, (before) => {
      isNew = before === undefined;
      urlBefore = before?.url ?? settings.url;
      if (!isNew && isOnlyNew(request)) throw alreadyThere('a source');
      // Nothing is sent to us where we look at a feed.
      isMade = isNew && !secret && settings.type !== 'feed';
      return { id, ...settings, secret: secret ?? before?.secret ?? made };
    });
    if (result === 'full') {
      throw new Problem('wrong-status', `There are ${MOST_SOURCES} sources, which is the most: delete one.`);
    }
    // Its hub would go on sending the feed from before.
    if (urlBefore !== settings.url) await deps.subscriber.leave(id);
    await Promise.all([deps.feeds.wake(id), deps.arrivals.begin(id)]);
    response.set('Cache-Control', 'no-store').status(isNew ? 201 : 200);
    response.json({ id, ...settings, ...(isMade ? { secret: made } : {}) });
  }

  const stateOf = createSourceState(deps);

  route(router, SOURCES, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      const all = (await sources.all()).map(([, stored]) => sourceSchema.parse(stored));
      all.sort((a, b) => a.id.localeCompare(b.id));
      const heard = await deps.arrivals.heard();
      const sourcesNow = await Promise.all(
        all.map(async (source) => ({ ...source, state: await stateOf(source, heard.get(source.id)) })),
      );
      response.set('Cache-Control', 'no-store').json({ sources: sourcesNow });
    },
  });
  route(router, SOURCE, {
    put,
    delete: async (request, response) => {
      const editor = await auth.require(request, 'admin');
      const id = String(request.params['id']);
      if ((await sources.get(id)) === undefined) throw noSource();
      await sources.set(id, { editorId: editor.id, action: 'source.delete' }, () => undefined);
      await deps.subscriber.leave(id);
      await Promise.all([deps.feeds.forget(id), deps.arrivals.forget(id)]);
      response.status(204).end();
    },
  });
}

/** @throws {Problem} 422 for what cannot be the id of a source */
function idOf(request: Request): string {
  const id = sourceIdSchema.safeParse(request.params['id']);
  if (id.success) return id.data;
  const detail = id.error.issues[0]?.message ?? 'is wrong';
  throw new Problem('invalid-body', 'Choose another id.', { errors: [{ parameter: 'id', detail }] });
}

/** RFC 6901, section 3. */
const escaped = (word: string): string => word.replaceAll('~', '~0').replaceAll('/', '~1');

export const noSource = (): Problem => new Problem('not-found', 'No source has this id.');
