import type { Router } from 'express';
import { z } from 'zod';
import { ALERT_ID } from '../alerts/id.ts';
import type { ReceiptStore } from '../delivery/receipts.ts';
import { readBody } from './input.ts';
import { Problem } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import { route } from './route.ts';

/** The body of `POST /v1/receipts`. */
export const receiptSchema = z.strictObject({
  alertId: z.string().regex(ALERT_ID, 'must be an alert id'),
  version: z.number().int().min(1),
  event: z.enum(['shown', 'opened']),
  token: z.string().min(1).max(200),
});

export function serveReceipts(
  router: Router,
  deps: { receipts: Pick<ReceiptStore, 'record'>; limits: RateLimits },
): void {
  route(router, '/v1/receipts', {
    post: async (request, response) => {
      await deps.limits.takeAddress('receipts', request, response);
      // navigator.sendBeacon sends a string as text/plain (Beacon, section 3.1).
      const receipt = await readBody(request, response, receiptSchema, ['application/json', 'text/plain']);
      if ((await deps.receipts.record(receipt)) === 'invalid') {
        throw new Problem('invalid-receipt', 'The token is not of this alert and version.');
      }
      response.status(204).end();
    },
  });
}
