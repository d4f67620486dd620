import type { Router } from 'express';
import { z } from 'zod';
import { auditRecordSchema } from '../editors/audit-page.ts';
import type { AuditLog } from '../editors/audit.ts';
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

export function serveAudit(
  router: Router,
  deps: { readonly audit: Pick<AuditLog, 'list'>; readonly auth: Authentication },
): void {
  route(router, AUDIT, {
    get: async (request, response) => {
      await deps.auth.require(request, 'admin');
      const query = readQuery(request, auditQuerySchema);
      response.set('Cache-Control', 'no-store').json(await deps.audit.list(query));
    },
  });
}
