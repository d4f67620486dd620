import type { Request, Response, Router } from 'express';
import { alertEditSchema, reviewSchema, submissionSchema } from '../alerts/input.ts';
import type { AlertStore } from '../alerts/store.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { route } from '../http/route.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';
import { changedMeanwhile } from '../newsroom/refusals.ts';
import { ALERT_APPROVAL, ALERT_CANCELLATION, ALERT_SUBMISSION } from './alerts-operations.ts';
import type { Authentication } from './authentication.ts';
import { answerNewest } from './found-alert.ts';
import { whileCounting } from './while-counting.ts';

export interface WaitingAlertsDeps {
  readonly alerts: Pick<AlertStore, 'read'>;
  readonly auth: Authentication;
  readonly newsroom: Newsroom;
  readonly limits: RateLimits;
}

/** Serves the actions on alerts that no reader sees yet. */
export function serveWaitingAlerts(router: Router, deps: WaitingAlertsDeps): void {
  route(router, ALERT_SUBMISSION, {
    post: (request, response) => submit(deps, request, response),
  });
  route(router, ALERT_APPROVAL, {
    post: (request, response) => review(deps, request, response),
    delete: (request, response) => withdraw(deps, request, response),
  });
  route(router, ALERT_CANCELLATION, {
    post: (request, response) => cancel(deps, request, response),
  });
}

/** @throws {Problem} 428 without the header, 412 when it names no tag of ours */
function revisionOf(request: Request): number {
  const header = request.get('if-match');
  if (header === undefined) {
    throw new Problem('precondition-required', 'Send If-Match with the ETag of the alert as you read it.');
  }
  const tag = /^"\d+\.(\d+)\.[a-z-]+"$/.exec(header.trim());
  if (tag === null) throw changedMeanwhile();
  return Number(tag[1]);
}

/** `PATCH /v1/alerts/:id`. */
export async function editAlert(
  deps: WaitingAlertsDeps,
  request: Request,
  response: Response,
): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const call = {
    limits: deps.limits,
    editor,
    request,
    response,
    schema: alertEditSchema,
    types: MERGE_PATCH,
  };
  await whileCounting(call, async (body) =>
    deps.newsroom.edit(String(request.params['id']), body, editor, revisionOf(request)),
  );
  await answerChanged(deps, request, response);
}

async function submit(deps: WaitingAlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const call = { limits: deps.limits, editor, request, response, schema: submissionSchema };
  await whileCounting(call, async (body) => deps.newsroom.submit(String(request.params['id']), body, editor));
  await answerChanged(deps, request, response);
}

async function review(deps: WaitingAlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  const call = { limits: deps.limits, editor, request, response, schema: reviewSchema };
  await whileCounting(call, async (body) => deps.newsroom.review(String(request.params['id']), body, editor));
  await answerChanged(deps, request, response);
}

async function withdraw(deps: WaitingAlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  await deps.newsroom.withdraw(String(request.params['id']), editor);
  await answerChanged(deps, request, response);
}

async function cancel(deps: WaitingAlertsDeps, request: Request, response: Response): Promise<void> {
  const editor = await deps.auth.require(request, 'author');
  await deps.newsroom.cancel(String(request.params['id']), editor);
  await answerChanged(deps, request, response);
}

async function answerChanged(deps: WaitingAlertsDeps, request: Request, response: Response): Promise<void> {
  response.set('Cache-Control', 'no-store');
  await answerNewest(deps.alerts, request, response);
}

const MERGE_PATCH = ['application/json', 'application/merge-patch+json'];
