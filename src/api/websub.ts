import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { feedAt, type Feed } from '../alerts/feed.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { invalidBody, readBytes, refuseIfAny } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';
import { addressFault } from '../outlets/webhooks/address.ts';
import type { HubQueue } from '../outlets/websub/queue.ts';
import { leaseOf, type HubRequest } from '../outlets/websub/subscription.ts';

/** A callback, a topic and a secret, each character of them escaped. */
const MOST_BYTES = 16 * 1024;
const FORM = 'application/x-www-form-urlencoded';

/** Other parameters are ignored (WebSub, section 5.1). */
const bodySchema = z.object({
  'hub.mode': z.enum(['subscribe', 'unsubscribe']),
  'hub.topic': z.string().max(2048).describe('The `self` link of a feed'),
  'hub.callback': z.string().max(2048).describe('https, and no private address'),
  'hub.secret': z
    .string()
    .refine((secret) => Buffer.byteLength(secret) < 200, 'must be shorter than 200 bytes')
    .optional(),
  'hub.lease_seconds': z
    .string()
    .regex(/^\d{1,12}$/, 'must be a number of seconds')
    .optional(),
});

export const WEBSUB = resource('/websub', {
  post: {
    summary: 'Subscribe to a feed, or unsubscribe',
    description:
      'The hub of all feeds (W3C WebSub). A 202 means that the hub will ask the callback. Leases last 10 days; a shorter or longer one may be asked for, from an hour to 30 days. Each change of the feed is sent whole, signed with `X-Hub-Signature: sha256=…` if there is a secret.',
    who: 'all',
    tag: 'readers',
    bodyType: FORM,
    body: bodySchema,
    answers: { 202: null },
    problems: ['body-too-large', 'unsupported-media-type', 'invalid-body', 'too-many-requests'],
  },
});

/** Takes what strangers ask the hub for. Only the callback's own answer makes it so (`src/outlets/websub/verify.ts`). */
export function serveWebsub(
  router: Router,
  deps: {
    readonly config: { readonly publicUrl: string };
    readonly hubQueue: Pick<HubQueue, 'verify'>;
    readonly limits: Pick<RateLimits, 'takeAddress' | 'takeCallback'>;
    /** Callbacks that may be private, for tests. The newsroom's own receivers are not for strangers. */
    readonly hubAllowedOrigins: readonly string[];
    readonly hasFeed: (feed: Feed) => Promise<boolean>;
  },
): void {
  async function read(request: Request, response: Response): Promise<HubRequest> {
    if (request.is(FORM) === false) {
      throw new Problem('unsupported-media-type', `Send the body with Content-Type: ${FORM}.`);
    }
    const bytes = await readBytes(request, response, MOST_BYTES);
    const parsed = bodySchema.safeParse(Object.fromEntries(new URLSearchParams(bytes.toString())));
    if (!parsed.success) throw invalidBody(parsed.error);
    const { data } = parsed;
    const wanted = data['hub.lease_seconds'];
    return {
      mode: data['hub.mode'],
      topic: data['hub.topic'],
      callback: data['hub.callback'],
      secret: data['hub.secret'] ?? null,
      leaseSeconds: leaseOf(wanted === undefined ? undefined : Number(wanted)),
    };
  }

  async function refuseWrong({ mode, topic, callback }: HubRequest): Promise<void> {
    const feed = feedAt(deps.config.publicUrl, topic);
    // Whoever was subscribed to a feed that is gone may still leave.
    const isKnown = feed !== undefined && (mode === 'unsubscribe' || (await deps.hasFeed(feed)));
    const fault = addressFault(callback, deps.hubAllowedOrigins);
    refuseIfAny([
      ...(isKnown
        ? []
        : [
            { pointer: '/hub.topic', detail: 'must be the address that a feed of this server names as self' },
          ]),
      ...(fault === undefined ? [] : [{ pointer: '/hub.callback', detail: fault }]),
    ]);
  }

  route(router, WEBSUB, {
    post: async (request, response) => {
      await deps.limits.takeAddress('websub', request, response);
      const asked = await read(request, response);
      await refuseWrong(asked);
      // Nobody makes us call somebody else often.
      await deps.limits.takeCallback(new URL(asked.callback).hostname);
      await deps.hubQueue.verify(asked);
      response.status(202).set('Cache-Control', 'no-store').end();
    },
  });
}
