import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../ops/metrics.ts';
import { Problem } from './problem.ts';

/**
 * Strangers' requests that are served at the same time, by kind. Few, because running requests delay an editor's request in the
 * event loop, and more at once would make none of them faster. Changes wait for the disk, which syncs many at once.
 */
const AT_WORK = { read: 8, change: 64, signIn: 8, metrics: 2 } as const;
type Kind = keyof typeof AT_WORK;
/** Requests of a kind that may wait for their turn: about a second of work. */
const MOST_WAITING = 1000;

/** Paths that need no turn: they are answered at once, or have other bounds, as the live line has. */
const FREE = new Set(['/healthz', '/readyz', '/v1/live']);
/** Files need neither Redis nor much CPU. What is written anew has the ending of a file as well. */
const FILE = /^(?!\/feeds\/|\/bar\.html$|\/sitemap-news\.xml$).*\.\w+$/;

/**
 * Lets editors through at once, and strangers in turn. A number of requests per kind is served at the same time, each until the
 * head of its answer is written. More requests wait; too many get a 503.
 * @param deps.isEditor whether the request shows a known key or session
 */
export function createGate(deps: {
  isEditor: (request: Request) => Promise<boolean>;
  metrics: Metrics;
}): RequestHandler {
  const refused = new Counter({
    name: 'ajil_requests_refused_total',
    help: 'Requests from anyone but editors that got a 503 because too many were waiting, by kind',
    labelNames: ['kind'],
    registers: [deps.metrics],
  });
  const queues = new Map<Kind, ReturnType<typeof openQueue>>();
  for (const name of Object.keys(AT_WORK) as Kind[]) queues.set(name, openQueue(AT_WORK[name]));
  const waiting = new Gauge({
    name: 'ajil_requests_waiting',
    help: 'Requests from anyone but editors that are waiting for their turn, by kind',
    labelNames: ['kind'],
    collect: () => {
      for (const [kind, { waiting: count }] of queues) waiting.set({ kind }, count());
    },
    registers: [],
  });
  deps.metrics.registerMetric(waiting);
  return async (request, response, next) => {
    if (FREE.has(request.path) || FILE.test(request.path) || (await deps.isEditor(request))) return next();
    const kind = kindOf(request);
    if (queues.get(kind)?.enter(response, next) === true) return undefined;
    refused.inc({ kind });
    throw new Problem('unavailable', 'The server is processing too many requests. Try again in a moment.', {
      headers: { 'Retry-After': '1' },
    });
  };
}

function kindOf({ path, method }: Request): Kind {
  if (path === '/metrics') return 'metrics';
  if (/^\/v1\/session(\/|$)/.test(path)) return 'signIn';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'change';
}

function openQueue(most: number) {
  const queue: { response: Response; begin: NextFunction }[] = [];
  let atWork = 0;

  function begin(response: Response, next: NextFunction): void {
    atWork += 1;
    let done = false;
    const release = (): void => {
      if (done) return;
      done = true;
      // In the next turn of the event loop: requests that are answered at once would start each other within this turn.
      setImmediate(() => {
        atWork -= 1;
        serveNext();
      });
    };
    // After its head, an answer costs little: the client takes it at its own speed.
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => Response;
    response.writeHead = (...args: unknown[]): Response => {
      release();
      return writeHead(...args);
    };
    response.once('close', release);
    next();
  }

  function serveNext(): void {
    while (atWork < most) {
      const next = queue.shift();
      if (next === undefined) return;
      if (!next.response.destroyed && !next.response.closed) begin(next.response, next.begin);
    }
  }

  return {
    waiting: () => queue.length,
    /** @returns false when too many requests wait */
    enter: (response: Response, next: NextFunction): boolean => {
      if (atWork < most) begin(response, next);
      else if (queue.length < MOST_WAITING) queue.push({ response, begin: next });
      else return false;
      return true;
    },
  };
}
