import type { Request, Response, Router } from 'express';
import type { AlertStore } from '../alerts/store.ts';
import type { AuditedHash } from '../editors/audited-hash.ts';
import { Problem } from '../http/problem.ts';
import { readBody, refuseIfAny } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import type { AttemptLog } from '../outlets/attempts.ts';
import type { OutletQueue } from '../outlets/queue.ts';
import { webhookFault } from '../outlets/webhooks/address.ts';
import type { EndedWebhooks } from '../outlets/webhooks/ended.ts';
import { newWebhookSchema, webhookPatchSchema, type Webhook } from '../outlets/webhooks/schema.ts';
import { newWebhookSecret } from '../outlets/webhooks/signature.ts';
import { MOST_WEBHOOKS, newWebhookId, type TestWebhook } from '../outlets/webhooks/webhooks.ts';
import type { Authentication } from './authentication.ts';
import { readToldEvent } from './told-event.ts';
import { WEBHOOK, WEBHOOK_ATTEMPTS, WEBHOOK_REPLAY, WEBHOOK_TEST, WEBHOOKS } from './webhooks-operations.ts';

interface WebhooksDeps {
  readonly webhooks: AuditedHash<Webhook>;
  readonly ended: EndedWebhooks;
  readonly attempts: Pick<AttemptLog, 'list' | 'forget'>;
  readonly auth: Authentication;
  readonly alerts: Pick<AlertStore, 'get' | 'getPublic'>;
  readonly outletQueue: Pick<OutletQueue, 'tellAgain'>;
  /** Sends a message that says that it is a test, now. */
  readonly test: TestWebhook;
  readonly config: { readonly webhookAllowedOrigins: readonly string[] };
  readonly now: () => number;
}

/** Lets admins manage the systems that are told of alerts. */
export function serveWebhooks(router: Router, deps: WebhooksDeps): void {
  const { webhooks, ended, auth } = deps;
  const idOf = (request: Request): string => String(request.params['id']);

  function checkUrl(url: string): void {
    const fault = webhookFault(url, deps.config.webhookAllowedOrigins);
    if (fault !== undefined) refuseIfAny([{ pointer: '/url', detail: fault }]);
  }

  async function shown({ secrets: _secrets, ...webhook }: Webhook): Promise<object> {
    return { ...webhook, endedBecause: (await ended.all()).get(webhook.id) ?? null };
  }

  async function find(request: Request): Promise<Webhook> {
    const webhook = await webhooks.get(idOf(request));
    if (webhook === undefined) throw missing();
    return webhook;
  }

  async function create(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'admin');
    const input = await readBody(request, response, newWebhookSchema);
    checkUrl(input.url);
    const secret = newWebhookSecret();
    const createdAt = new Date(deps.now()).toISOString();
    const webhook = { id: newWebhookId(), ...input, secrets: [secret], enabled: true, createdAt };
    const by = { editorId: editor.id, action: 'webhook.create' };
    if ((await webhooks.set(webhook.id, by, () => webhook)) === 'full') {
      throw new Problem(
        'wrong-status',
        `There are ${MOST_WEBHOOKS} webhooks, which is the most: delete one.`,
      );
    }
    response.status(201).location(`/v1/webhooks/${webhook.id}`).set('Cache-Control', 'no-store');
    response.json({ ...(await shown(webhook)), secret });
  }

  async function change(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'admin');
    const { newSecret, ...patch } = await readBody(request, response, webhookPatchSchema);
    if (patch.url !== undefined) checkUrl(patch.url);
    const secret = newSecret === true ? newWebhookSecret() : undefined;
    let after: Webhook | undefined;
    await webhooks.set(idOf(request), { editorId: editor.id, action: 'webhook.change' }, (before) => {
      after = before && {
        ...before,
        ...given(patch),
        secrets: secret === undefined ? before.secrets : [secret, ...before.secrets].slice(0, 2),
      };
      return after;
    });
    if (after === undefined) throw missing();
    if (patch.enabled === true) await ended.remove(after.id);
    response.set('Cache-Control', 'no-store');
    response.json({ ...(await shown(after)), ...(secret === undefined ? {} : { secret }) });
  }

  async function replay(request: Request, response: Response): Promise<void> {
    await auth.require(request, 'admin');
    const { id } = await find(request);
    const event = await readToldEvent(request, response, deps.alerts);
    await deps.outletQueue.tellAgain({ outlet: 'webhook', receiver: id, event });
    response.status(202).end();
  }

  route(router, WEBHOOKS, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      const all = (await webhooks.all()).map(([, webhook]) => webhook);
      all.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
      response.set('Cache-Control', 'no-store').json({ webhooks: await Promise.all(all.map(shown)) });
    },
    post: create,
  });
  route(router, WEBHOOK, {
    patch: change,
    delete: async (request, response) => {
      const editor = await auth.require(request, 'admin');
      const { id } = await find(request);
      await webhooks.set(id, { editorId: editor.id, action: 'webhook.delete' }, () => undefined);
      await Promise.all([ended.remove(id), deps.attempts.forget('webhook', id)]);
      response.status(204).end();
    },
  });
  route(router, WEBHOOK_TEST, {
    post: async (request, response) => {
      await auth.require(request, 'admin');
      const webhook = await find(request);
      response.set('Cache-Control', 'no-store').json(await deps.test(webhook));
    },
  });
  route(router, WEBHOOK_REPLAY, { post: replay });
  route(router, WEBHOOK_ATTEMPTS, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      const { id } = await find(request);
      const attempts = await deps.attempts.list('webhook', id);
      response.set('Cache-Control', 'no-store').json({ attempts });
    },
  });
}

const missing = (): Problem => new Problem('not-found', 'No webhook has this id.');

/** Without the members that were not given. */
const given = <T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
