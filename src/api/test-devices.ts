import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { lineSchema } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { subscriptionSchema } from '../channels/addresses.ts';
import {
  MOST_TEST_DEVICES,
  testOutcomeSchema,
  type TestDevice,
  type TestDevices,
} from '../delivery/test-send/devices.ts';
import type { TestQueue } from '../delivery/test-send/queue.ts';
import type { AuditLog } from '../editors/audit.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';
import { findAlert } from './found-alert.ts';
import { acceptedAddress, type SubscriptionsDeps } from './subscriptions.ts';
import { SUBSCRIPTION_EXAMPLE } from './subscriptions-operations.ts';

const nameSchema = z.strictObject({ name: lineSchema(60).nullable().optional() });

const lastTestSchema = z
  .strictObject({ at: z.string(), outcome: testOutcomeSchema })
  .describe('`pending` until a worker has sent it; `accepted` by the push service');
const deviceSchema = z.strictObject({ id: z.string(), name: z.string().nullable(), createdAt: z.string() });
const listSchema = z.strictObject({
  devices: z.array(deviceSchema.extend({ lastTest: lastTestSchema.nullable() })),
  gone: z
    .array(z.strictObject({ id: z.string(), name: z.string().nullable(), at: z.string() }))
    .describe('Devices that the last test found unsubscribed: they were removed, and are named for a week'),
});

export const TEST_DEVICES = resource('/v1/test-devices', {
  get: {
    summary: 'List one’s own test devices, and what came of the last test on each',
    who: 'editor',
    tag: 'desk',
    answers: { 200: listSchema },
  },
  post: {
    summary: 'Add a test device, or name it anew',
    description: `A push subscription of a browser, by the rules of \`POST /v1/subscriptions\`. Its owner is the editor who adds it; it is no reader. At most ${MOST_TEST_DEVICES} an editor. A device without a test for 90 days is forgotten.`,
    who: 'editor',
    tag: 'desk',
    body: nameSchema.extend({ subscription: subscriptionSchema }),
    example: { name: 'هاتفي', subscription: SUBSCRIPTION_EXAMPLE.subscription },
    answers: { 201: deviceSchema },
    problems: [...BODY_PROBLEMS, 'endpoint-not-allowed', 'wrong-status', 'too-many-requests'],
  },
});

export const TEST_DEVICE = resource('/v1/test-devices/:id', {
  delete: {
    summary: 'Remove a test device',
    who: 'editor',
    tag: 'desk',
    answers: { 204: null },
    problems: ['not-found'],
  },
});

export const ALERT_TEST = resource('/v1/alerts/:id/test', {
  post: {
    summary: 'Send the newest version to one’s own test devices',
    description:
      'A draft too. The message says that it is a test, opens the desk, and is in no report. `GET /v1/test-devices` tells what became of it.',
    who: 'editor',
    tag: 'alerts',
    answers: { 202: z.strictObject({ devices: z.number().int() }) },
    problems: ['not-found', 'no-test-device', 'too-many-requests'],
  },
});

export interface TestSendDeps {
  readonly auth: Authentication;
  readonly limits: RateLimits;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly alerts: Pick<AlertStore, 'get' | 'getPublic'>;
  readonly addresses: SubscriptionsDeps['addresses'];
  readonly testDevices: TestDevices;
  readonly testQueue: Pick<TestQueue, 'add'>;
  readonly now: () => number;
}

/** Editors try alerts on their own devices before anybody else sees them. */
export function serveTestSend(router: Router, deps: TestSendDeps): void {
  const { auth, limits, testDevices } = deps;
  const bodySchema = nameSchema.extend({ subscription: deps.addresses.schema });

  async function list(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'author');
    const [devices, outcomes] = await Promise.all([
      testDevices.list(editor.id),
      testDevices.outcomes(editor.id),
    ]);
    const known = new Set(devices.map(({ id }) => id));
    response.set('Cache-Control', 'no-store').json({
      devices: devices.map((device) => {
        const { at, outcome } = outcomes.get(device.id) ?? {};
        return { ...shown(device), lastTest: at === undefined ? null : { at, outcome } };
      }),
      gone: [...outcomes].flatMap(([id, { name, at, outcome }]) =>
        known.has(id) || outcome !== 'gone' ? [] : [{ id, name: name || null, at }],
      ),
    });
  }

  async function add(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'author');
    await limits.takeEditor(editor.id, response);
    const { name, subscription } = await readBody(request, response, bodySchema);
    const device = await testDevices.add(editor.id, name ?? '', acceptedAddress(subscription));
    if (device === 'full') {
      throw new Problem(
        'wrong-status',
        `You have ${MOST_TEST_DEVICES} test devices, which is the most: delete one.`,
      );
    }
    response.status(201).location(`/v1/test-devices/${device.id}`);
    response.set('Cache-Control', 'no-store').json(shown(device));
  }

  async function remove(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'author');
    if (!(await testDevices.remove(editor.id, String(request.params['id'])))) {
      throw new Problem('not-found', 'None of your test devices has this id.');
    }
    response.status(204).end();
  }

  async function send(request: Request, response: Response): Promise<void> {
    const editor = await auth.require(request, 'author');
    await Promise.all([limits.takeEditor(editor.id, response), limits.takeTest(editor.id)]);
    const { id, version } = await findAlert(deps.alerts, request, editor);
    const devices = await testDevices.list(editor.id);
    if (devices.length === 0) {
      throw new Problem(
        'no-test-device',
        'Add a device first: open the desk on it and choose "Add this device", or POST /v1/test-devices.',
      );
    }
    await deps.audit.append({ editorId: editor.id, action: 'alert.test', target: `${id}:${version}` });
    await Promise.all(devices.map((device) => testDevices.note(editor.id, device, 'pending')));
    await deps.testQueue.add({ editorId: editor.id, alertId: id, version, askedAt: deps.now() });
    response.status(202).set('Cache-Control', 'no-store').json({ devices: devices.length });
  }

  route(router, TEST_DEVICES, { get: list, post: add });
  route(router, TEST_DEVICE, { delete: remove });
  route(router, ALERT_TEST, { post: send });
}

const shown = ({ id, name, createdAt }: TestDevice): object => ({ id, name: name || null, createdAt });
