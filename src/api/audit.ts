import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response, Router } from 'express';
import { z } from 'zod';
import { auditRecordSchema } from '../editors/audit-page.ts';
import { auditLines } from '../editors/audit-lines.ts';
import type { AuditLog } from '../editors/audit.ts';
import { createStreamBounds } from '../http/event-stream.ts';
import { readQuery } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';

const auditQuerySchema = z.strictObject({
  // Redis's stream ids are two numbers of 64 bits.
  before: z
    .string()
    .regex(/^[1-9]\d{0,18}-(0|[1-9]\d{0,18})$/, 'must be the next of an earlier page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const AUDIT = resource('/v1/audit', {
  get: {
    summary: 'What editors did, newest first',
    description:
      'Each entry holds its hash and the hash of the entry before it. `ajil audit verify` checks them; the key of the hashes is on the servers only. For admins.',
    who: 'editor',
    tag: 'desk',
    query: auditQuerySchema,
    answers: {
      200: z.strictObject({
        entries: z.array(auditRecordSchema),
        next: z
          .string()
          .nullable()
          .describe('Pass it as `before` to get the next page; null on the last page'),
      }),
    },
    problems: ['invalid-query', 'forbidden'],
  },
});

export const AUDIT_EXPORT = resource('/v1/audit/export', {
  get: {
    summary: 'The whole audit log, oldest first',
    description:
      'NDJSON (`application/x-ndjson`): a line for each entry, `{"id", "entry", "prev", "hash"}`, where `entry` is the text that the hash is over. `ajil audit verify --file` checks the file, away from Redis. The export is itself an entry of the log. For admins.',
    who: 'editor',
    tag: 'desk',
    answers: { 200: null },
    problems: ['forbidden', 'unavailable'],
  },
});

const HEADERS = {
  'Content-Type': 'application/x-ndjson; charset=utf-8',
  'Content-Disposition': 'attachment; filename="ajil-audit.ndjson"',
  'Cache-Control': 'no-store',
};
/** Downloads at a time, in all and of one admin. */
const MOST_EXPORTS = { inAll: 10, ofAdmin: 2 };

export function serveAudit(
  router: Router,
  deps: { readonly audit: Pick<AuditLog, 'list' | 'append' | 'whole'>; readonly auth: Authentication },
): void {
  const { audit, auth } = deps;
  const bounds = createStreamBounds(MOST_EXPORTS.inAll, MOST_EXPORTS.ofAdmin, 'wait until one has ended');

  route(router, AUDIT, {
    get: async (request, response) => {
      await auth.require(request, 'admin');
      const query = readQuery(request, auditQuerySchema);
      response.set('Cache-Control', 'no-store').json(await audit.list(query));
    },
  });
  route(router, AUDIT_EXPORT, {
    get: async (request, response) => {
      const { id: editorId } = await auth.require(request, 'admin');
      if (request.method === 'HEAD') {
        response.set(HEADERS).end();
        return;
      }
      await bounds.within(editorId, async () => {
        await audit.append({ editorId, action: 'audit.export', target: 'all' });
        response.set(HEADERS);
        await send(audit, response);
      });
    },
  });
}

/** Waits for a client that reads slowly: no more than a page is held. */
async function send(audit: Pick<AuditLog, 'whole'>, response: Response): Promise<void> {
  try {
    await pipeline(Readable.from(auditLines(audit.whole())), response);
  } catch (error) {
    // The client has left, which is no fault of ours.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
