import type { Request, Response, Router } from 'express';
import { newAlertSchema, newVersionSchema } from '../alerts/input.ts';
import { toPublicAlert, type EditorAlert } from '../alerts/schema.ts';
import type { AlertStore, CreateResult } from '../alerts/store.ts';
import type { Editor } from '../editors/schema.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';
import { duplicate, notFound } from '../newsroom/refusals.ts';
import { ALERT, ALERT_ABORT, ALERT_VERSIONS, ALERTS, listQuerySchema } from './alerts-operations.ts';
import type { Authentication } from './authentication.ts';
import { answerNewest, findAlert } from './found-alert.ts';
import { claimOf, withoutNulls } from './idempotency.ts';
import type { FirstPages } from './list-cache.ts';
import type { ReadAhead } from './read-ahead.ts';
import { editAlert } from './waiting-alerts.ts';
import { whileCounting } from './while-counting.ts';
import { readQuery } from '../http/read-body.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { route } from '../http/route.ts';

export interface AlertsDeps {
  readonly alerts: AlertStore;
  readonly auth: Authentication;
  readonly newsroom: Newsroom;
  readonly limits: RateLimits;
  readonly firstPages: FirstPages;
  readonly readAhead: ReadAhead;
}

export function serveAlerts(router: Router, deps: AlertsDeps): void {
  route(router, ALERTS, {
    get: (request, response) => list(deps, request, response),
    post: (request, response) => create(deps, request, response),
  });
  route(router, ALERT, {
    get: (request, response) => show(deps, request, response),
    patch: (request, response) => editAlert(deps, request, response),
  });
  route(router, ALERT_VERSIONS, {
    get: (request, response) => versions(deps, request, response),
    post: (request, response) => addVersion(deps, request, response),
  });
  route(router, ALERT_ABORT, { post: (request, response) => abort(deps, request, response) });
}

async function list(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.identify(request);
  const { before, from, to, topics, lang, story, limit, ...search } = readQuery(request, listQuerySchema);
  const isSearch = Object.values({ ...search, from, to }).some((value) => value !== undefined);
  if (isSearch && editor === undefined) {
    throw new Problem(
      'unauthenticated',
      'Only editors may search; readers may ask for topics, lang and story.',
      {
        headers: { 'WWW-Authenticate': 'Bearer realm="ajil"' },
      },
    );
  }
  cachingFor(response, editor);
  const wanted = {
    topics,
    lang,
    story,
    limit,
    ...search,
    from: msOf(from),
    to: msOf(to),
    view: editor === undefined ? ('published' as const) : ('all' as const),
    before: before?.includes(':') ? Date.parse(before) : before,
  };
  if (editor === undefined && before === undefined) {
    const { body, etag } = await deps.firstPages.get(wanted);
    response.set('ETag', etag).type('json').send(body);
    return;
  }
  const page = await deps.alerts.list(wanted);
  response.json({
    alerts: page.alerts.map((alert) => shownTo(editor, alert)),
    next: page.next ?? null,
  });
}

const msOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time);

async function show(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.identify(request);
  cachingFor(response, editor);
  if (editor === undefined) response.json(toPublicAlert(await findAlert(deps.alerts, request, editor)));
  else await answerNewest(deps.alerts, request, response);
}

async function create(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const call = { limits: deps.limits, editor, request, response, schema: newAlertSchema };
  const result = await whileCounting(call, async (body) =>
    deps.newsroom.create(body, editor, claimOf(request, editor, 'POST /v1/alerts', withoutNulls(body))),
  );
  answer(response, result);
}

async function versions(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  await deps.auth.require(request, 'author');
  const all = await deps.alerts.versions(String(request.params['id']));
  if (all.length === 0) throw notFound();
  response.set('Cache-Control', 'no-store').json({ versions: all });
}

async function addVersion(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const id = String(request.params['id']);
  const call = { limits: deps.limits, editor, request, response, schema: newVersionSchema };
  const result = await whileCounting(call, async (body) => {
    const claim = claimOf(request, editor, `POST /v1/alerts/${id}/versions`, body);
    return deps.newsroom.addVersion(id, body, editor, claim, deps.readAhead.base(request));
  });
  answer(response, result);
}

async function abort(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const alert = await deps.newsroom.abort(String(request.params['id']), editor);
  response.set('Cache-Control', 'no-store').json(alert);
}

function answer(response: Response, result: CreateResult): void {
  switch (result.type) {
    case 'created':
    case 'repeated':
      if (result.type === 'repeated') response.set('Idempotent-Replayed', 'true');
      response.location(`/v1/alerts/${result.alert.id}`).set('Cache-Control', 'no-store');
      response.status(201).json(result.alert);
      return;
    case 'duplicate':
      throw duplicate(result);
    case 'idempotency-conflict':
      throw new Problem('idempotency-conflict', 'Use a new key for a new request.', {
        errors: [{ header: 'Idempotency-Key', detail: 'was used with another body' }],
      });
  }
}

/** Caches may keep a reader's answer but must revalidate it each time, so that a retraction shows at once. */
export function cachingFor(response: Response, editor: Editor | undefined): void {
  response.vary('Authorization').vary('Cookie');
  response.set('Cache-Control', editor === undefined ? 'public, no-cache' : 'private, no-cache');
}

function shownTo(editor: Editor | undefined, alert: EditorAlert): object {
  return editor === undefined ? toPublicAlert(alert) : alert;
}
