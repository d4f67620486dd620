import { createHash } from 'node:crypto';
import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { readLang, readTopics, type Read } from '../alerts/filter-text.ts';
import { newAlertId } from '../alerts/id.ts';
import { firstVersion, nextVersion } from '../alerts/life-cycle.ts';
import {
  PUBLIC_STATUSES,
  newAlertSchema,
  newVersionSchema,
  statusSchema,
  toPublicAlert,
  type EditorAlert,
  type NewVersion,
} from '../alerts/schema.ts';
import { MAX_VERSIONS, type AlertStore, type CreateResult, type IdempotencyClaim } from '../alerts/store.ts';
import type { FanOutQueue } from '../delivery/queues.ts';
import type { AuditLog } from '../editors/audit.ts';
import { isAtLeast, type Editor } from '../editors/schema.ts';
import type { LiveLog } from '../live/log/log.ts';
import type { AlertRules } from './alert-rules.ts';
import type { Authentication } from './authentication.ts';
import type { FirstPages } from './list-cache.ts';
import { readBody, readQuery } from '../http/read-body.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { route } from '../http/route.ts';

export interface AlertsDeps {
  readonly alerts: AlertStore;
  readonly audit: AuditLog;
  readonly auth: Authentication;
  readonly rules: AlertRules;
  readonly limits: RateLimits;
  readonly liveLog: Pick<LiveLog, 'append'>;
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  readonly firstPages: FirstPages;
  readonly onFanOutFailure: (error: unknown, alertId: string) => void;
  readonly now: () => number;
}

/** A parameter as text, read as the live line reads it. */
const read = <T>(by: (text: string) => Read<T>) =>
  z.string().transform((text, context) => {
    const result = by(text);
    if ('value' in result) return result.value;
    context.addIssue({ code: 'custom', message: result.fault });
    return z.NEVER;
  });

export const listQuerySchema = z.strictObject({
  topics: read(readTopics).default([]),
  lang: read(readLang).optional(),
  status: statusSchema.optional(),
  before: z.union([z.iso.datetime({ offset: true }), z.string().regex(/^[0-9a-z]{26}$/)]).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export function serveAlerts(router: Router, deps: AlertsDeps): void {
  route(router, '/v1/alerts', {
    get: (request, response) => list(deps, request, response),
    post: (request, response) => create(deps, request, response),
  });
  route(router, '/v1/alerts/:id', { get: (request, response) => show(deps, request, response) });
  route(router, '/v1/alerts/:id/versions', {
    post: (request, response) => addVersion(deps, request, response),
  });
  route(router, '/v1/alerts/:id/abort', { post: (request, response) => abort(deps, request, response) });
}

/** @throws {Problem} 404 for what there is not, and for what this caller may not see */
export async function findAlert(
  alerts: AlertStore,
  request: Request,
  editor: Editor | undefined,
  version?: number,
): Promise<EditorAlert> {
  const alert = await alerts.get(String(request.params['id']), version);
  if (alert === undefined || (editor === undefined && !PUBLIC_STATUSES.includes(alert.status))) {
    throw new Problem('not-found', 'No alert has this id.');
  }
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
  const alert = await findAlert(deps.alerts, request, editor);
  cachingFor(response, editor);
  response.json(shownTo(editor, alert));
}

async function create(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const input = await readCounted(deps, editor, request, response, newAlertSchema);
  const claim = claimOf(request, editor, 'POST /v1/alerts', withoutNulls(input));
  const repeated = claim && (await deps.alerts.findRepeated(claim));
  if (repeated !== undefined) return answer(response, repeated);

  await deps.rules.checkNew(input, editor);
  const alert = firstVersion(newAlertId(deps.now()), input, editor.id, deps.now());
  deps.rules.checkSize(alert);
  const action = input.allowDuplicate === true ? 'alert.create-allowing-duplicate' : 'alert.create';
  const result = await deps.audit.commit({ editorId: editor.id, action, target: alert.id }, (link) =>
    deps.alerts.create(alert, { claim, link, allowDuplicate: input.allowDuplicate ?? false }),
  );
  if (result.type === 'created') startFanOut(deps, alert);
  answer(response, result);
}

async function addVersion(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const input = await readCounted(deps, editor, request, response, newVersionSchema);
  const id = String(request.params['id']);
  const claim = claimOf(request, editor, `POST /v1/alerts/${id}/versions`, input);
  const repeated = claim && (await deps.alerts.findRepeated(claim));
  if (repeated !== undefined) return answer(response, repeated);

  deps.rules.checkApproval(editor);
  deps.rules.checkChange(input);
  for (;;) {
    const last = await findAlert(deps.alerts, request, editor);
    checkBase(input, last);
    if (input.change === 'retraction') await refuseOthers(deps, editor, id);
    if (last.version >= MAX_VERSIONS && input.change !== 'retraction') {
      throw new Problem(
        'wrong-status',
        `An alert can have at most ${MAX_VERSIONS} versions and a retraction: write a new alert.`,
      );
    }
    const alert = nextVersion(last, input, editor.id, deps.now());
    deps.rules.checkSize(alert);
    const entry = { editorId: editor.id, action: `alert.${input.change}`, target: `${id}:${alert.version}` };
    const result = await deps.audit.commit(entry, (link) => deps.alerts.addVersion(alert, { claim, link }));
    if (result.type === 'moved') continue;
    if (result.type === 'wrong-status')
      throw wrongStatus(result.status, 'The alert takes no further version.');
    if (result.type === 'created') startFanOut(deps, alert);
    return answer(response, result);
  }
}

/**
 * An alert is stopped and taken back by the editor who began it, or by somebody who answers for others' alerts. An editor
 * who only added a version to a colleague's alert is neither. @throws {Problem} 403
 */
async function refuseOthers(deps: AlertsDeps, editor: Editor, alertId: string): Promise<void> {
  if (isAtLeast(editor.role, 'approver')) return;
  const first = await deps.alerts.get(alertId, 1);
  if (first?.createdBy === editor.id) return;
  throw new Problem(
    'forbidden',
    'Only the editor who created the alert, an approver or an admin may do this.',
  );
}

/** @throws {Problem} 409 when somebody has changed the alert since this editor saw it */
function checkBase({ baseVersion }: NewVersion, { version, change }: EditorAlert): void {
  if (typeof baseVersion !== 'number' || baseVersion === version) return;
  throw new Problem('version-conflict', `Read version ${version} and decide again.`, {
    extension: { version, change },
  });
}

/**
 * Counting is a write, and waits for the disk: meanwhile the body comes in. Both have ended before there is an answer,
 * since the count speaks in its headers; and who asks too often hears that first.
 */
async function readCounted<T extends z.ZodType>(
  deps: AlertsDeps,
  editor: Editor,
  request: Request,
  response: Response,
  schema: T,
): Promise<z.output<T>> {
  const counting = Promise.all([
    deps.limits.takeEditor(editor.id, response),
    deps.limits.takeVersion(editor.id),
  ]);
  const [counted, body] = await Promise.allSettled([counting, readBody(request, response, schema)]);
  if (counted.status === 'rejected') throw counted.reason;
  if (body.status === 'rejected') throw body.reason;
  return body.value;
}

async function abort(deps: AlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const alert = await findAlert(deps.alerts, request, editor);
  await refuseOthers(deps, editor, alert.id);
  const entry = { editorId: editor.id, action: 'alert.abort', target: alert.id };
  const result = await deps.audit.commit(entry, (link) => deps.alerts.abort(alert.id, { link }));
  if (result.type === 'wrong-status') throw wrongStatus(result.status, 'The alert is not being sent.');
  deps.firstPages.clear();
  response.set('Cache-Control', 'no-store').json(await findAlert(deps.alerts, request, editor));
}

/**
 * Open pages get it now, not once a worker has been woken: the log takes a version once, so the worker's own append is
 * then harmless. The 201 does not wait: the version is stored with its outbox entry, from which housekeeping finishes
 * what fails here.
 */
function startFanOut(deps: AlertsDeps, alert: EditorAlert): void {
  deps.firstPages.clear();
  Promise.all([
    deps.liveLog.append(toPublicAlert(alert)),
    deps.fanOutQueue.add({ alertId: alert.id, version: alert.version, urgency: alert.urgency }),
  ]).catch((error: unknown) => deps.onFanOutFailure(error, alert.id));
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
      throw new Problem(
        'duplicate-alert',
        'To send the headline again on purpose, add "allowDuplicate": true.',
        {
          extension: { alertId: result.id },
        },
      );
    case 'idempotency-conflict':
      throw new Problem('idempotency-conflict', 'Use a new key for a new request.', {
        errors: [{ header: 'Idempotency-Key', detail: 'was used with another body' }],
      });
  }
}

function wrongStatus(status: string, detail: string): Problem {
  return new Problem('wrong-status', `${detail} Its status is ${status}.`, {
    extension: { alertStatus: status },
  });
}

/** In a new alert null is absent: two requests that differ only in that are equal. */
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

/** Readers' answers may be kept but are asked for anew each time, so that a retraction shows at once. */
function cachingFor(response: Response, editor: Editor | undefined): void {
  response.vary('Authorization').vary('Cookie');
  response.set('Cache-Control', editor === undefined ? 'public, no-cache' : 'private, no-cache');
}

function shownTo(editor: Editor | undefined, alert: EditorAlert): object {
  return editor === undefined ? toPublicAlert(alert) : alert;
}
