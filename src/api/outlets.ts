import type { Request, Response, Router } from 'express';
import type { AlertStore } from '../alerts/store.ts';
import type { TopicStore } from '../audience/topics.ts';
import type { AuditedHash } from '../editors/audited-hash.ts';
import { Problem, type FieldError } from '../http/problem.ts';
import { readBody, refuseIfAny } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import type { Attempt, AttemptLog } from '../outlets/attempts.ts';
import { mailServerFault } from '../outlets/posts/email/address.ts';
import {
  MOST_OUTLETS,
  newOutletSchema,
  outletPatchSchemas,
  outletSchema,
  SECRETS,
  type Outlet,
} from '../outlets/posts/outlet.ts';
import type { Paused, PausedOutlets } from '../outlets/posts/paused.ts';
import { newOutletId, type TestOutlet } from '../outlets/posts/posts.ts';
import { ABILITIES } from '../outlets/posts/services.ts';
import { POSTS, type OutletQueue } from '../outlets/queue.ts';
import { webhookFault } from '../outlets/webhooks/address.ts';
import type { Authentication } from './authentication.ts';
import { OUTLET, OUTLET_ATTEMPTS, OUTLET_REPLAY, OUTLET_TEST, OUTLETS } from './outlets-operations.ts';
import { readToldEvent } from './told-event.ts';

interface OutletsDeps {
  readonly outlets: AuditedHash<Outlet>;
  readonly paused: PausedOutlets;
  readonly attempts: Pick<AttemptLog, 'list' | 'forget'>;
  readonly auth: Authentication;
  readonly topics: Pick<TopicStore, 'list'>;
  readonly alerts: Pick<AlertStore, 'get' | 'getPublic'>;
  readonly outletQueue: Pick<OutletQueue, 'tellAgain'>;
  readonly test: TestOutlet;
  readonly config: { readonly webhookAllowedOrigins: readonly string[] };
  readonly now: () => number;
}

/** Lets admins manage the outlets in which alerts are posted. */
export function serveOutlets(router: Router, deps: OutletsDeps): void {
  const { outlets, paused, auth } = deps;

  async function find(request: Request): Promise<Outlet> {
    const outlet = await outlets.get(String(request.params['id']));
    if (outlet === undefined) throw missing();
    return outlet;
  }

  async function refuseWrong(outlet: Outlet, before: Outlet | undefined, given: object): Promise<void> {
    const known = new Set((await deps.topics.list()).map(({ id }) => id));
    const unknown = outlet.topics
      .map((topic, index): FieldError | undefined =>
        known.has(topic) ? undefined : { pointer: `/topics/${index}`, detail: 'is not a topic' },
      )
      .filter((error) => error !== undefined);
    refuseIfAny([
      ...unknown,
      ...serverErrors(outlet, deps.config.webhookAllowedOrigins),
      ...(before === undefined ? [] : secretErrors(outlet, before, given)),
    ]);
  }

  async function create(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'admin');
    const input = await readBody(request, response, newOutletSchema);
    const createdAt = new Date(deps.now()).toISOString();
    const outlet = { id: newOutletId(), createdAt, ...input };
    await refuseWrong(outlet, undefined, input);
    const by = { editorId: editor.id, action: 'outlet.create' };
    if ((await outlets.set(outlet.id, by, () => outlet)) === 'full') {
      throw new Problem('wrong-status', `There are ${MOST_OUTLETS} outlets, which is the most: delete one.`);
    }
    response.status(201).location(`/v1/outlets/${outlet.id}`).set('Cache-Control', 'no-store');
    response.json(shown(outlet, undefined));
  }

  async function change(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'admin');
    const before = await find(request);
    const patch = await readBody(request, response, outletPatchSchemas[before.type]);
    await refuseWrong(merged(before, patch), before, patch);
    let after: Outlet | undefined;
    await outlets.set(before.id, { editorId: editor.id, action: 'outlet.change' }, (stored) => {
      after = stored && merged(stored, patch);
      return after;
    });
    if (after === undefined) throw missing();
    const isMended = patch.enabled === true || SECRETS.some((name) => name in patch);
    if (isMended) await paused.remove(after.id);
    response.set('Cache-Control', 'no-store').json(shown(after, await paused.get(after.id)));
  }

  /** The log of attempts keeps no text: what is erased from an alert would stay in it. */
  async function withHeadlines(attempts: readonly Attempt[]): Promise<object[]> {
    const ids = [...new Set(attempts.map(({ eventId }) => eventId))];
    const headlines = await Promise.all(
      ids.map(async (eventId) => {
        const [alertId = '', version] = eventId.split('-');
        return (await deps.alerts.get(alertId, Number(version)))?.headline ?? null;
      }),
    );
    return attempts.map((attempt) => ({
      ...attempt,
      headline: headlines[ids.indexOf(attempt.eventId)] ?? null,
    }));
  }

  route(router, OUTLETS, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      const [all, pausedNow] = await Promise.all([outlets.all(), paused.all()]);
      const list = all.map(([, outlet]) => outlet);
      list.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
      response.set('Cache-Control', 'no-store');
      response.json({ outlets: list.map((outlet) => shown(outlet, pausedNow.get(outlet.id))) });
    },
    post: create,
  });
  route(router, OUTLET, {
    patch: change,
    delete: async (request, response) => {
      const editor = await auth.require(request, 'admin');
      const { id } = await find(request);
      await outlets.set(id, { editorId: editor.id, action: 'outlet.delete' }, () => undefined);
      await Promise.all([paused.remove(id), deps.attempts.forget(POSTS, id)]);
      response.status(204).end();
    },
  });
  route(router, OUTLET_TEST, {
    post: async (request, response) => {
      await auth.require(request, 'admin');
      response.set('Cache-Control', 'no-store').json(await deps.test(await find(request)));
    },
  });
  route(router, OUTLET_ATTEMPTS, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      const { id } = await find(request);
      const attempts = await withHeadlines(await deps.attempts.list(POSTS, id));
      response.set('Cache-Control', 'no-store').json({ attempts });
    },
  });
  route(router, OUTLET_REPLAY, {
    post: async (request, response) => {
      await auth.require(request, 'admin');
      const { id } = await find(request);
      const event = await readToldEvent(request, response, deps.alerts);
      await deps.outletQueue.tellAgain({ outlet: POSTS, receiver: id, event });
      response.status(202).end();
    },
  });
}

const missing = (): Problem => new Problem('not-found', 'No outlet has this id.');

/** Without what was not given. The type is the same, so the parts fit. */
const merged = (before: Outlet, patch: object): Outlet =>
  outletSchema.parse({
    ...before,
    ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)),
  });

function shown(outlet: Outlet, paused: Paused | undefined): object {
  const { edit, remove, length } = ABILITIES[outlet.type];
  const open = Object.entries(outlet).filter(([name]) => !SECRETS.some((secret) => secret === name));
  return { ...Object.fromEntries(open), paused: paused ?? null, can: { edit, remove, length } };
}

function serverErrors(outlet: Outlet, allowedOrigins: readonly string[]): FieldError[] {
  const [pointer, fault] =
    outlet.type === 'email'
      ? ['/host', mailServerFault(outlet, allowedOrigins)]
      : ['/server', webhookFault(outlet.server, allowedOrigins)];
  return fault === undefined ? [] : [{ pointer, detail: fault }];
}

/** Otherwise an admin could read a secret that somebody else entered, by naming a server of their own. */
function secretErrors(outlet: Outlet, before: Outlet, given: object): FieldError[] {
  const secret = 'token' in outlet ? 'token' : 'password';
  if (secret in given || serverOf(outlet) === serverOf(before)) return [];
  if (outlet.type === 'email' && outlet.password === null) return [];
  return [{ pointer: `/${secret}`, detail: 'must be entered again, because the server changes' }];
}

const serverOf = (outlet: Outlet): string =>
  outlet.type === 'email' ? `${outlet.security} ${outlet.host}:${outlet.port}` : outlet.server;
