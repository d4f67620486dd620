import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Router } from 'express';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { ALERT_ID } from '../alerts/id.ts';
import type { Receipt, ReceiptStore, Recorded } from '../delivery/receipts/receipts.ts';
import type { Config } from '../config.ts';
import type { Metrics } from '../ops/metrics.ts';
import { sharingHeaders } from '../http/headers.ts';
import { BODY_PROBLEMS, readBody, readEarly } from '../http/read-body.ts';
import { Problem, problemDetails } from '../http/problem.ts';
import { isRedisAway } from '../redis/is-redis-away.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';

const receiptSchema = z.strictObject({
  alertId: z.string().regex(ALERT_ID, 'must be an alert id'),
  version: z.number().int().min(1),
  event: z.enum(['shown', 'opened']),
  token: z.string().min(1).max(200),
});

export const RECEIPTS = resource('/v1/receipts', {
  post: {
    summary: 'Report that a device showed a notification, or that its reader opened it',
    description: 'The body may be text/plain, so `navigator.sendBeacon` works.',
    who: 'all',
    tag: 'readers',
    body: receiptSchema,
    answers: { 204: null },
    problems: [...BODY_PROBLEMS, 'invalid-receipt', 'too-many-requests'],
  },
});

/** A receipt has some 150 bytes. */
const MOST_BYTES = 1024;
/** navigator.sendBeacon sends a string as text/plain (Beacon, section 3.1). */
const TYPES = ['application/json', 'text/plain'];
const BUSY = 'The server cannot count receipts now. Send the receipt again later.';
const COME_AGAIN = { 'Retry-After': '30' };
const PLAIN_TYPE = /^(?:application\/json|text\/plain) *(?:; *charset=utf-8)?$/i;

interface ReceiptsDeps {
  readonly receipts: ReceiptStore;
  readonly metrics: Metrics;
  readonly config: Pick<Config, 'publicUrl' | 'allowedOrigins'>;
}

export interface Receipts {
  /**
   * Answers a good receipt before Express: a million devices tell within a minute, in the process that serves editors, and
   * Express costs several times as much. Every other request goes to Express, and is answered there.
   */
  shortcut(request: IncomingMessage, response: ServerResponse, next: () => void): void;
  serve(router: Router): void;
}

export function createReceipts(deps: ReceiptsDeps): Receipts {
  const counted = new Counter({
    name: 'ajil_receipts_total',
    help: 'Receipts, by result: recorded, repeated, invalid, or busy (refused, because too many wait or Redis is away; the client sends it again)',
    labelNames: ['result'],
    registers: [deps.metrics],
  });
  const { publicUrl, allowedOrigins } = deps.config;
  const taken = {
    recorded: counted.labels('recorded'),
    repeated: counted.labels('repeated'),
    busy: counted.labels('busy'),
  };

  return {
    shortcut: (request, response, next) => {
      if (!isPlain(request)) return next();
      readEarly(request, (body) => {
        if (!isReceipt(body)) return next();
        deps.receipts.record(body, (result) => {
          const headers = { Vary: 'Origin', ...sharingHeaders(allowedOrigins, request.headers.origin) };
          if (result === 'recorded' || result === 'repeated') {
            taken[result].inc();
            response.writeHead(204, headers).end();
          } else if (result === 'busy' || isRedisAway(result)) {
            // Thousands come in a second then, too.
            taken.busy.inc();
            const id = randomUUID();
            const body = JSON.stringify(problemDetails(publicUrl, { code: 'unavailable', detail: BUSY }, id));
            response.writeHead(503, {
              ...headers,
              ...COME_AGAIN,
              'Content-Type': 'application/problem+json',
            });
            response.end(body);
          } else {
            // Express tries again, and answers.
            next();
          }
        });
      });
    },
    serve: (router) => {
      route(router, RECEIPTS, {
        post: async (request, response) => {
          const receipt = await readBody(request, response, receiptSchema, TYPES);
          // No bound per address: a whole country may share one, nobody can forge a token, and each counts once.
          const result = await new Promise<Recorded>((resolve, reject) => {
            deps.receipts.record(receipt, (told) => (told instanceof Error ? reject(told) : resolve(told)));
          });
          counted.inc({ result });
          if (result === 'invalid') {
            throw new Problem('invalid-receipt', 'The token does not belong to this alert and version.');
          }
          if (result === 'busy') {
            throw new Problem('unavailable', BUSY, { headers: COME_AGAIN });
          }
          response.status(204).end();
        },
      });
    },
  };
}

/** Whether the shortcut may read the request: by its headers, the body is small, and JSON in UTF-8. */
function isPlain({ method, url, headers }: IncomingMessage): boolean {
  return (
    url === '/v1/receipts' &&
    method === 'POST' &&
    Number(headers['content-length'] ?? Infinity) <= MOST_BYTES &&
    headers['content-encoding'] === undefined &&
    PLAIN_TYPE.test(headers['content-type'] ?? '')
  );
}

/** Takes the same as {@link receiptSchema}, at a tenth of its cost. */
function isReceipt(body: unknown): body is Receipt {
  if (typeof body !== 'object' || body === null) return false;
  const { alertId, version, event, token } = body as Record<string, unknown>;
  return (
    Object.keys(body).length === 4 &&
    typeof alertId === 'string' &&
    ALERT_ID.test(alertId) &&
    Number.isSafeInteger(version) &&
    Number(version) >= 1 &&
    (event === 'shown' || event === 'opened') &&
    typeof token === 'string' &&
    token.length <= 200
  );
}
