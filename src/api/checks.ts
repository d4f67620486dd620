import type { Router } from 'express';
import { z } from 'zod';
import { newAlertSchema } from '../alerts/input.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Checked } from '../newsroom/checks/checks.ts';
import { warningSchema, type Warning } from '../newsroom/checks/warning.ts';
import { PageFault, type FetchPage } from '../newsroom/articles/fetch-page.ts';
import { readArticle, articleSchema } from '../newsroom/articles/article.ts';
import type { Authentication } from './authentication.ts';

const { headline, body, url, lang } = newAlertSchema.shape;
const checkedSchema = z.strictObject({
  headline,
  body,
  note: body,
  url,
  lang,
  alertId: z.string().max(26).nullable().optional().describe('The alert that it changes'),
});

export const CHECKS = resource('/v1/checks', {
  post: {
    summary: 'What an editor should look at before sending',
    description:
      'Looks for an alert of the last hours that says nearly the same, for phrases that ask for a second look, for capitals, for another script than the language’s, and at the article’s page. It refuses nothing: an editor decides.',
    who: 'editor',
    tag: 'alerts',
    body: checkedSchema,
    example: { headline: 'وفاة وزير المالية', lang: 'ar', url: 'https://news.example/politics/77' },
    answers: { 200: z.strictObject({ warnings: z.array(warningSchema) }) },
    problems: [...BODY_PROBLEMS, 'too-many-requests'],
  },
});

const previewSchema = z.strictObject({ url: url.unwrap().unwrap() });

export const ARTICLE_PREVIEW = resource('/v1/articles/preview', {
  post: {
    summary: 'Read an article’s page: title, picture, canonical address',
    who: 'editor',
    tag: 'alerts',
    body: previewSchema,
    example: { url: 'https://news.example/politics/77' },
    answers: { 200: articleSchema },
    problems: [...BODY_PROBLEMS, 'article-unreadable', 'too-many-requests'],
  },
});

export interface ChecksDeps {
  readonly check: (checked: Checked) => Promise<readonly Warning[]>;
  readonly fetchPage: FetchPage;
  readonly auth: Authentication;
  readonly limits: Pick<RateLimits, 'takeEditor'>;
}

/** Serves the checks that help an editor before anything is sent. */
export function serveChecks(router: Router, deps: ChecksDeps): void {
  route(router, CHECKS, {
    post: async (request, response) => {
      const editor = await deps.auth.require(request, 'author');
      await deps.limits.takeEditor(editor.id, response);
      const warnings = await deps.check(await readBody(request, response, checkedSchema));
      response.set('Cache-Control', 'no-store').json({ warnings });
    },
  });
  route(router, ARTICLE_PREVIEW, {
    post: async (request, response) => {
      const editor = await deps.auth.require(request, 'author');
      await deps.limits.takeEditor(editor.id, response);
      const { url: asked } = await readBody(request, response, previewSchema);
      if (asked === null) throw emptyUrl();
      const page = await deps.fetchPage(asked).catch(unreadable);
      response.set('Cache-Control', 'no-store').json(readArticle(page));
    },
  });
}

const emptyUrl = (): Problem =>
  new Problem('invalid-body', 'Correct the fields named in errors.', {
    errors: [{ pointer: '/url', detail: 'must be an https:// URL' }],
  });

function unreadable(error: unknown): never {
  if (!(error instanceof PageFault)) throw error;
  const options = error.status === undefined ? {} : { extension: { answered: error.status } };
  throw new Problem('article-unreadable', `The article’s page cannot be used: ${error.message}.`, options);
}
