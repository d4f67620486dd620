import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { ALERT_ID } from '../alerts/id.ts';
import { createStreamBounds, pause, STREAM_HEADERS } from '../http/event-stream.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { BODY_PROBLEMS, readBody } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { writingSchema, type DeskLine } from '../newsroom/desk-line.ts';
import type { Authentication } from './authentication.ts';

const MAX_STREAMS = 500;
const MAX_STREAMS_OF_EDITOR = 20;
/** Whether the editor may still listen is asked so often, ms; it also keeps proxies from closing the stream. */
const HEARTBEAT_MS = 15_000;
/** The browser connects again after it, ms. */
const MAX_STREAM_MS = 60 * 60_000;

export const DESK_LINE = resource('/v1/desk/line', {
  get: {
    summary: 'What colleagues do, as it happens',
    description:
      'Server-sent events. `action`: an editor did something (`editorId`, `action`, `target`, as in the audit log). `much`: more happened than is told. `writing`: who is writing now, and what (`new`, or the id of an alert).',
    who: 'editor',
    tag: 'desk',
    answers: { 200: z.string().describe('text/event-stream') },
    problems: ['unavailable'],
  },
});

const noteSchema = z.strictObject({
  on: z.union([z.literal('new'), z.string().regex(ALERT_ID)]).nullable(),
});

export const DESK_WRITING = resource('/v1/desk/writing', {
  get: {
    summary: 'Who is writing now',
    who: 'editor',
    tag: 'desk',
    answers: { 200: z.strictObject({ editors: z.array(writingSchema) }) },
  },
  put: {
    summary: 'Tell colleagues what one is writing; null: nothing any more',
    description: 'It counts for 20 seconds.',
    who: 'editor',
    tag: 'desk',
    body: noteSchema,
    example: { on: 'new' },
    answers: { 204: null },
    problems: [...BODY_PROBLEMS, 'too-many-requests'],
  },
});

export function serveDeskLine(
  router: Router,
  deps: {
    readonly deskLine: DeskLine;
    readonly auth: Authentication;
    readonly limits: Pick<RateLimits, 'takeEditor'>;
    readonly closing: AbortSignal;
  },
): void {
  const bounds = createStreamBounds(MAX_STREAMS, MAX_STREAMS_OF_EDITOR, 'list the alerts instead');

  async function follow(request: Request, response: Response): Promise<void> {
    response.status(200).set(STREAM_HEADERS);
    const stop = deps.deskLine.follow((event) => {
      // A client that reads too slowly would keep all of it in memory: it connects again, and looks at everything.
      if (response.writableNeedDrain) response.end();
      else response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    });
    try {
      for (let spent = 0; spent < MAX_STREAM_MS; spent += HEARTBEAT_MS) {
        if (!(await pause(HEARTBEAT_MS, response, deps.closing))) break;
        const editor = await deps.auth.identify(request).catch(() => undefined);
        if (editor === undefined || response.writableEnded) break;
        response.write(': still here\n\n');
      }
    } finally {
      stop();
      response.end();
    }
  }

  route(router, DESK_LINE, {
    get: async (request, response) => {
      const editor = await deps.auth.require(request, 'author');
      if (request.method === 'HEAD') response.set(STREAM_HEADERS).end();
      else await bounds.within(editor.id, () => follow(request, response));
    },
  });
  route(router, DESK_WRITING, {
    get: async (request, response) => {
      await deps.auth.require(request, 'author');
      response.set('Cache-Control', 'no-store').json({ editors: await deps.deskLine.writing() });
    },
    put: async (request, response) => {
      const editor = await deps.auth.require(request, 'author');
      await deps.limits.takeEditor(editor.id, response);
      const { on } = await readBody(request, response, noteSchema);
      await deps.deskLine.note(editor.id, on);
      response.status(204).end();
    },
  });
}
