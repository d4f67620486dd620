import type { Router } from 'express';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { newsroomSchema, type SettingsStore } from '../newsroom/settings.ts';
import type { Authentication } from './authentication.ts';

export const NEWSROOM = resource('/v1/newsroom', {
  get: {
    summary: 'The settings of the newsroom',
    who: 'all',
    tag: 'desk',
    answers: { 200: newsroomSchema },
  },
  put: {
    summary: 'Change the settings of the newsroom',
    description: 'Replaces all of them. They count from the next request on, without a restart. For admins.',
    who: 'editor',
    tag: 'desk',
    body: newsroomSchema,
    example: {
      name: { ar: 'عاجل', en: 'Ajil' },
      homeUrl: 'https://news.example/',
      logo: null,
      colour: '#b3121d',
      languages: ['ar', 'en'],
      approval: 'flash',
      undoSeconds: 5,
      duplicateHours: 6,
    },
    answers: { 200: newsroomSchema },
    problems: [...BODY_PROBLEMS, 'forbidden'],
  },
});

export function serveNewsroom(
  router: Router,
  deps: { readonly settings: SettingsStore; readonly auth: Authentication },
): void {
  route(router, NEWSROOM, {
    get: async (_request, response) => {
      response.set('Cache-Control', 'public, no-cache').json(await deps.settings.get());
    },
    put: async (request, response) => {
      const editor = await deps.auth.require(request, 'admin');
      const settings = await readBody(request, response, newsroomSchema);
      await deps.settings.put(settings, editor.id);
      response.set('Cache-Control', 'no-store').json(settings);
    },
  });
}
