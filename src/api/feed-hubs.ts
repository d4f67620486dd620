import type { Request, Response, Router } from 'express';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { Problem } from '../http/problem.ts';
import { readBytes, readQuery } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { MOST_FEED_BYTES } from '../intake/feeds/fetch-feed.ts';
import type { FeedLooks } from '../intake/feeds/poller.ts';
import { isSignedByHub } from '../intake/feeds/websub/signature.ts';
import type { Subscriber } from '../intake/feeds/websub/subscriber.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';

/** Other parameters are a hub's own. */
const querySchema = z.object({
  'hub.mode': z.string().max(20),
  'hub.topic': z.string().max(2048),
  'hub.challenge': z.string().max(2048).default(''),
  'hub.lease_seconds': z.coerce.number().int().min(1).optional(),
  'hub.reason': z.string().default(''),
});

export const FEED_HUB = resource('/v1/intake/:id/hub/:token', {
  get: {
    summary: 'Confirm to the hub of a feed that we asked for it',
    description: 'For hubs (W3C WebSub, section 5.3): the answer is `hub.challenge` alone.',
    who: 'all',
    tag: 'sources',
    query: querySchema,
    answers: { 200: z.string() },
    problems: ['invalid-query', 'not-found'],
  },
  post: {
    summary: 'Take in what the hub of a feed sends',
    description:
      'For hubs (W3C WebSub, section 7): a feed, signed with `X-Hub-Signature`. What is not signed with our secret is answered 202 as well, and ignored.',
    who: 'all',
    tag: 'sources',
    bodyType: 'application/xml',
    body: z.string(),
    answers: { 202: null },
    problems: ['not-found', 'body-too-large', 'unsupported-media-type', 'unavailable'],
  },
});

/** Where hubs call back. The path is a secret between us and the hub, and what comes is signed. */
export function serveFeedHubs(
  router: Router,
  deps: {
    readonly subscriber: Pick<Subscriber, 'confirm' | 'secretOf'>;
    readonly feedLooks: Pick<FeedLooks, 'takeContent'>;
    readonly logger: Logger;
    readonly metrics: Metrics;
  },
): void {
  const counter = new Counter({
    name: 'ajil_feed_contents_total',
    help: 'What hubs sent of feeds, by what became of it; unsigned: the signature was wrong or missing; looking: the feed is asked for instead',
    labelNames: ['source', 'outcome'],
    registers: [deps.metrics],
  });

  async function confirm(request: Request, response: Response): Promise<void> {
    const { id, token } = namesOf(request);
    const query = readQuery(request, querySchema);
    const answer = await deps.subscriber.confirm(id, token, {
      mode: query['hub.mode'],
      topic: query['hub.topic'],
      challenge: query['hub.challenge'],
      leaseSeconds: query['hub.lease_seconds'],
      reason: query['hub.reason'],
    });
    if (answer === undefined) throw notAsked();
    // Plain text, so that no challenge is a page.
    response.set('Cache-Control', 'no-store').type('text/plain').send(answer);
  }

  async function take(request: Request, response: Response): Promise<void> {
    const { id, token } = namesOf(request);
    const secret = await deps.subscriber.secretOf(id, token);
    if (secret === undefined) throw notAsked();
    const bytes = await readBytes(request, response, MOST_FEED_BYTES);
    const isOurs = isSignedByHub(bytes, request.get('x-hub-signature') ?? '', secret);
    // A 2xx all the same (section 7.1.2): nobody learns which signatures are right.
    const outcome = isOurs ? await deps.feedLooks.takeContent(id, bytes) : 'unsigned';
    if (!isOurs)
      deps.logger.warn({ source: id }, 'what came for a feed is not signed by its hub, and was ignored');
    counter.inc({ source: id, outcome });
    response.status(202).set('Cache-Control', 'no-store').end();
  }

  route(router, FEED_HUB, { get: confirm, post: take });
}

const namesOf = (request: Request): { id: string; token: string } => ({
  id: String(request.params['id']),
  token: String(request.params['token']),
});

const notAsked = (): Problem => new Problem('not-found', 'Nothing was asked of a hub with this callback.');
