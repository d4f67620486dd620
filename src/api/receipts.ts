import type { RequestHandler, Router } from 'express';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { ALERT_ID } from '../alerts/id.ts';
import type { ReceiptStore } from '../delivery/receipts/receipts.ts';
import type { Metrics } from '../ops/metrics.ts';
import { readBody, readEarly } from '../http/read-body.ts';
import { Problem } from '../http/problem.ts';
import { route } from '../http/route.ts';

/** The body of `POST /v1/receipts`. */
export const receiptSchema = z.strictObject({
  alertId: z.string().regex(ALERT_ID, 'must be an alert id'),
  version: z.number().int().min(1),
  event: z.enum(['shown', 'opened']),
  token: z.string().min(1).max(200),
});

/** A receipt has some 150 bytes. */
const MOST_BYTES = 1024;
/** navigator.sendBeacon sends a string as text/plain (Beacon, section 3.1). */
const TYPES = ['application/json', 'text/plain'];
const PLAIN_TYPE = /^(?:application\/json|text\/plain) *(?:; *charset=utf-8)?$/i;

interface ReceiptsDeps {
  readonly receipts: Pick<ReceiptStore, 'record'>;
  readonly metrics: Metrics;
}

export interface Receipts {
  /**
   * Takes what is a good receipt past everything else: a million devices tell within a minute, in the process that serves
   * editors, and the whole way costs ten times as much. What it does not take goes that way, and is answered there.
   */
  readonly shortcut: RequestHandler;
  serve(router: Router): void;
}

/** @param deps.cors sets the headers of another origin's answer */
export function createReceipts(deps: ReceiptsDeps & { readonly cors: RequestHandler }): Receipts {
  const counted = new Counter({
    name: 'ajil_receipts_total',
    help: 'Receipts, by result: recorded, repeated, invalid, or busy (refused; the client sends it again)',
    labelNames: ['result'],
    registers: [deps.metrics],
  });

  async function take(body: unknown): Promise<boolean> {
    const receipt = receiptSchema.safeParse(body);
    if (!receipt.success) return false;
    const result = await deps.receipts.record(receipt.data);
    if (result !== 'recorded' && result !== 'repeated') return false;
    counted.inc({ result });
    return true;
  }

  return {
    shortcut: async (request, response, next) => {
      const { method, url, headers } = request;
      const small = Number(headers['content-length'] ?? Infinity) <= MOST_BYTES;
      const plain =
        headers['content-encoding'] === undefined && PLAIN_TYPE.test(headers['content-type'] ?? '');
      if (method !== 'POST' || url !== '/v1/receipts' || !small || !plain) return next();
      const body = await readEarly(request);
      // What fails here is tried again on the way for all, and answered there.
      const taken = await take(body).catch(() => false);
      if (!taken) return next();
      deps.cors(request, response, () => response.status(204).end());
    },
    serve: (router) => {
      route(router, '/v1/receipts', {
        post: async (request, response) => {
          const receipt = await readBody(request, response, receiptSchema, TYPES);
          // No bound per address: whole countries come from one, a token cannot be made up, and it counts once.
          const result = await deps.receipts.record(receipt);
          counted.inc({ result });
          if (result === 'invalid') {
            throw new Problem('invalid-receipt', 'The token does not belong to this alert and version.');
          }
          if (result === 'busy') {
            throw new Problem('unavailable', 'The server is processing too many receipts. Try again later.', {
              headers: { 'Retry-After': '30' },
            });
          }
          response.status(204).end();
        },
      });
    },
  };
}
