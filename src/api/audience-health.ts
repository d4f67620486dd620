import type { Router } from 'express';
import type { HealthStore } from '../delivery/health/health.ts';
import { healthSchema } from '../delivery/health/schema.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';

export const AUDIENCE_HEALTH = resource('/v1/audience/health', {
  get: {
    summary: 'How readers take the alerts: who subscribed and left, by day, alert, topic and urgency',
    description:
      'From counters alone: nothing is kept about anybody. A reader who leaves counts for the newest alert whose audience they were in. The counts are kept for 31 days. For approvers and admins.',
    who: 'editor',
    tag: 'desk',
    answers: { 200: healthSchema },
    problems: ['forbidden'],
  },
});

export function serveHealth(
  router: Router,
  deps: { readonly auth: Authentication; readonly health: Pick<HealthStore, 'read'> },
): void {
  route(router, AUDIENCE_HEALTH, {
    get: async (request, response) => {
      await deps.auth.require(request, 'approver');
      response.set('Cache-Control', 'private, no-cache').json(await deps.health.read());
    },
  });
}
