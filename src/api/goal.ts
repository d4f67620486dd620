import type { Router } from 'express';
import { goalSchema, type GoalStore } from '../delivery/report/goal.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';

export const GOAL_OVER_TIME = resource('/v1/goal', {
  get: {
    summary: 'How many alerts of the last 30 days met the goal, by urgency',
    description:
      'The goal: 90 % of the deliveries that push services accepted had left within two minutes of the acceptance of the alert. Times are exact to 5 %.',
    who: 'editor',
    tag: 'desk',
    answers: { 200: goalSchema },
  },
});

/** Whether alerts were as fast as the newsroom wants them. */
export function serveGoal(
  router: Router,
  deps: { readonly auth: Authentication; readonly goal: Pick<GoalStore, 'read'> },
): void {
  route(router, GOAL_OVER_TIME, {
    get: async (request, response) => {
      await deps.auth.require(request, 'author');
      response.set('Cache-Control', 'private, no-cache').json(await deps.goal.read());
    },
  });
}
