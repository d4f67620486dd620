import type { Router } from 'express';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { ALERT_ID } from '../alerts/id.ts';
import type { ReceiptStore } from '../delivery/receipts.ts';
import type { Metrics } from '../ops/metrics.ts';
import { readBody } from './input.ts';
import { Problem } from './problem.ts';
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
  deps: { receipts: Pick<ReceiptStore, 'record'>; metrics: Metrics },
): void {
  const counted = new Counter({
    name: 'ajil_receipts_total',
    help: 'Receipts that came, by what became of them: recorded, repeated, invalid, busy (turned away, to come again)',
    labelNames: ['result'],
    registers: [deps.metrics],
  });
  route(router, '/v1/receipts', {
    post: async (request, response) => {
      // navigator.sendBeacon sends a string as text/plain (Beacon, section 3.1).
      const receipt = await readBody(request, response, receiptSchema, ['application/json', 'text/plain']);
      // No bound per address: whole countries come from one, a token cannot be made up, and it counts once.
      const result = await deps.receipts.record(receipt);
      counted.inc({ result });
      if (result === 'invalid') {
        throw new Problem('invalid-receipt', 'The token is not of this alert and version.');
      }
      if (result === 'busy') {
        throw new Problem('unavailable', 'Too many receipts at once.', { headers: { 'Retry-After': '30' } });
      }
      response.status(204).end();
    },
  });
}
