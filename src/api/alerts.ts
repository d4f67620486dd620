import { createHash } from 'node:crypto';
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import {
  alertEditSchema,
  newAlertSchema,
  newVersionSchema,
  reviewSchema,
  submissionSchema,
  toPublicAlert,
  type EditorAlert,
} from '../alerts/schema.ts';
import type { AlertStore, CreateResult, IdempotencyClaim } from '../alerts/store.ts';
import type { Editor } from '../editors/schema.ts';
import type { Newest } from '../alerts/record.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';
import { changedMeanwhile, duplicate, notFound } from '../newsroom/refusals.ts';
import {
  ALERT,
  ALERT_ABORT,
  ALERT_APPROVAL,
  ALERT_CANCELLATION,
  ALERT_SUBMISSION,
  ALERT_VERSIONS,
  ALERTS,
  listQuerySchema,
} from './alerts-operations.ts';
import type { Authentication } from './authentication.ts';
import type { FirstPages } from './list-cache.ts';
import { readBody, readQuery } from '../http/read-body.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { route } from '../http/route.ts';

export interface AlertsDeps {
  readonly alerts: AlertStore;
  readonly auth: Authentication;
  readonly newsroom: Newsroom;
  readonly limits: RateLimits;
  readonly firstPages: FirstPages;
}

export function serveAlerts(router: Router, deps: AlertsDeps): void {
  route(router, ALERTS, {
    get: (request, response) => list(deps, request, response),
    post: (request, response) => create(deps, request, response),
  });
  route(router, ALERT, {
    get: (request, response) => show(deps, request, response),
    patch: (request, response) => edit(deps, request, response),
  });
  route(router, ALERT_SUBMISSION, { post: (request, response) => submit(deps, request, response) });
  route(router, ALERT_APPROVAL, { post: (request, response) => review(deps, request, response) });
  route(router, ALERT_CANCELLATION, { post: (request, response) => cancel(deps, request, response) });
  route(router, ALERT_VERSIONS, {
    post: (request, response) => addVersion(deps, request, response),
  });
  route(router, ALERT_ABORT, { post: (request, response) => abort(deps, request, response) });
}

/** @throws {Problem} 404 if there is no such alert, or this caller may not see it */
export async function findAlert(
  alerts: AlertStore,
  request: Request,
  editor: Editor | undefined,
  version?: number,
): Promise<EditorAlert> {
  const id = String(request.params['id']);
  const alert = await (editor === undefined ? alerts.getPublic(id) : alerts.get(id, version));
  if (alert === undefined) throw notFound();
  return alert;
}

async function list(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.identify(request);
  const { before, status, ...query } = readQuery(request, listQuerySchema);
  if (status !== undefined && editor === undefined) {
    throw new Problem('unauthenticated', 'Only editors may list alerts by status.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="ajil"' },
    });
  }
  cachingFor(response, editor);
  const wanted = {
    ...query,
    status,
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

async function show(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.identify(request);
  cachingFor(response, editor);
  if (editor === undefined) response.json(toPublicAlert(await findAlert(deps.alerts, request, editor)));
  else await answerNewest(deps, request, response);
}

/** The alert as editors see it, with the entity tag that names its revision (RFC 9110, section 8.8.3). */
async function answerNewest(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const newest = await deps.alerts.read(String(request.params['id']));
  if (newest === undefined) throw notFound();
  response.set('ETag', tagOf(newest)).json(newest.alert);
}

/** The tag changes when an editor changes the alert, and not when a worker changes the status. */
const tagOf = ({ alert, revision }: Newest): string => `"${alert.version}.${revision}"`;

/** @throws {Problem} 428 without the header, 412 when it names no tag of ours */
function revisionOf(request: Request): number {
  const header = request.get('if-match');
  if (header === undefined) {
    throw new Problem('precondition-required', 'Send If-Match with the ETag of the alert as you read it.');
  }
  const tag = /^"\d+\.(\d+)"$/.exec(header.trim());
  if (tag === null) throw changedMeanwhile();
  return Number(tag[1]);
}

async function create(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const input = await readCounted(deps, editor, request, response, newAlertSchema);
  const claim = claimOf(request, editor, 'POST /v1/alerts', withoutNulls(input));
  answer(response, await deps.newsroom.create(input, editor, claim));
}

async function addVersion(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const input = await readCounted(deps, editor, request, response, newVersionSchema);
  const id = String(request.params['id']);
  const claim = claimOf(request, editor, `POST /v1/alerts/${id}/versions`, input);
  answer(response, await deps.newsroom.addVersion(id, input, editor, claim));
}

/**
 * Counts the call while the body comes in, because counting waits for the disk. Both end before the answer: the count sets
 * its headers, and a refusal by the count comes before a fault of the body.
 */
async function readCounted<T extends z.ZodType>(
  deps: AlertsDeps,
  editor: Editor,
  request: Request,
  response: Response,
  schema: T,
  types?: readonly string[],
): Promise<z.output<T>> {
  const counting = Promise.all([
    deps.limits.takeEditor(editor.id, response),
    deps.limits.takeVersion(editor.id),
  ]);
  const [counted, body] = await Promise.allSettled([counting, readBody(request, response, schema, types)]);
  if (counted.status === 'rejected') throw counted.reason;
  if (body.status === 'rejected') throw body.reason;
  return body.value;
}

async function abort(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const alert = await deps.newsroom.abort(String(request.params['id']), editor);
  response.set('Cache-Control', 'no-store').json(alert);
}

async function edit(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const input = await readCounted(deps, editor, request, response, alertEditSchema, MERGE_PATCH);
  await deps.newsroom.edit(String(request.params['id']), input, editor, revisionOf(request));
  await answerChanged(deps, request, response);
}

async function submit(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const input = await readCounted(deps, editor, request, response, submissionSchema);
  const { allowDuplicate, ...submission } = input;
  const options = { allowDuplicate: allowDuplicate ?? false };
  await deps.newsroom.submit(String(request.params['id']), submission, editor, options);
  await answerChanged(deps, request, response);
}

async function review(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const input = await readCounted(deps, editor, request, response, reviewSchema);
  const { allowDuplicate, ...rest } = input;
  const options = { allowDuplicate: allowDuplicate ?? false };
  await deps.newsroom.review(String(request.params['id']), rest, editor, options);
  await answerChanged(deps, request, response);
}

async function cancel(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  await deps.newsroom.cancel(String(request.params['id']), editor);
  await answerChanged(deps, request, response);
}

async function answerChanged(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  response.set('Cache-Control', 'no-store');
  await answerNewest(deps, request, response);
}

const MERGE_PATCH = ['application/json', 'application/merge-patch+json'];

function answer(response: Response, result: CreateResult): void {
  switch (result.type) {
    case 'created':
    case 'repeated':
      if (result.type === 'repeated') response.set('Idempotent-Replayed', 'true');
      response.location(`/v1/alerts/${result.alert.id}`).set('Cache-Control', 'no-store');
      response.status(201).json(result.alert);
      return;
    case 'duplicate':
      throw duplicate(result.id);
    case 'idempotency-conflict':
      throw new Problem('idempotency-conflict', 'Use a new key for a new request.', {
        errors: [{ header: 'Idempotency-Key', detail: 'was used with another body' }],
      });
  }
}

/** In a new alert a null field is absent: requests that differ only in such fields are equal. */
const withoutNulls = (input: object): object =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));

/** draft-ietf-httpapi-idempotency-key-header-07. Fields in the schema's order make equal requests equal texts. */
function claimOf(
  request: Request,
  editor: Editor,
  call: string,
  input: object,
): IdempotencyClaim | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid-header', 'Correct the header named in errors.', {
      errors: [{ header: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }],
    });
  }
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
  return {
    editorId: editor.id,
    keyHash: hash(key),
    request: hash(`${call}\n${JSON.stringify(input)}`),
  };
}

/** Caches may keep a reader's answer but must revalidate it each time, so that a retraction shows at once. */
function cachingFor(response: Response, editor: Editor | undefined): void {
  response.vary('Authorization').vary('Cookie');
  response.set('Cache-Control', editor === undefined ? 'public, no-cache' : 'private, no-cache');
}

function shownTo(editor: Editor | undefined, alert: EditorAlert): object {
  return editor === undefined ? toPublicAlert(alert) : alert;
}
