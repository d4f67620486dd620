import type { Request, Response, Router } from 'express';
import type { Address, Addresses, ParsedAddress } from '../audience/address.ts';
import { authSchema, preferencesPatchSchema, preferencesSchema } from '../audience/schema.ts';
import type { Subscription } from '../audience/subscription.ts';
import type { PatchResult, SubscriptionStore } from '../audience/subscriptions.ts';
import type { Leavings } from '../delivery/health/leavings.ts';
import type { TopicStore } from '../audience/topics.ts';
import { credentialsOf } from './authentication.ts';
import { SUBSCRIPTION, SUBSCRIPTIONS } from './subscriptions-operations.ts';
import { invalidBody, readBody, refuseIfAny } from '../http/read-body.ts';
import { Problem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { route } from '../http/route.ts';

export interface SubscriptionsDeps {
  readonly subscriptions: SubscriptionStore;
  readonly topics: Pick<TopicStore, 'followable'>;
  readonly leavings: Leavings;
  readonly limits: RateLimits;
  readonly addresses: Pick<Addresses, 'schema'>;
  readonly config: { readonly isDrill: boolean };
}

export function serveSubscriptions(router: Router, deps: SubscriptionsDeps): void {
  const { subscriptions } = deps;
  const bodySchema = preferencesSchema.extend({ subscription: deps.addresses.schema });

  function refuseUnknownTopics(topics: readonly string[], known: ReadonlySet<string>): void {
    refuseIfAny(
      topics.flatMap((topic, index) =>
        known.has(topic) ? [] : [{ pointer: `/topics/${index}`, detail: 'is not a topic of GET /v1/config' }],
      ),
    );
  }

  async function put(request: Request, response: Response): Promise<void> {
    // Asked for together: Redis may be far away.
    const [known] = await Promise.all([
      deps.topics.followable(),
      deps.limits.takeAddress('subscriptions', request, response),
    ]);
    if (deps.config.isDrill)
      throw new Problem('forbidden', 'This is a drill: only test devices get its alerts.');
    const { subscription, ...preferences } = await readBody(request, response, bodySchema);
    const address = acceptedAddress(subscription);
    refuseUnknownTopics(preferences.topics, known);
    const result = await subscriptions.put(address, preferences);
    if (result.type === 'conflict') {
      throw new Problem('subscription-conflict', 'Unsubscribe in the browser and subscribe again.');
    }
    if (result.type === 'full') {
      throw new Problem(
        'unavailable',
        'Too many new subscriptions are waiting for their first alert; try again later.',
        {
          headers: { 'Retry-After': '3600' },
        },
      );
    }
    if (result.type === 'created') {
      void deps.leavings.countOptIn();
      response.location(`/v1/subscriptions/${result.subscription.id}`);
    }
    response.status(result.type === 'created' ? 201 : 200);
    response.set('Cache-Control', 'no-store').json(shown(result.subscription));
  }

  /** The calls that prove possession: the auth secret is known to the browser and to us alone (RFC 8291, section 3.2). */
  async function owned(
    request: Request,
    response: Response,
    act: (id: string, auth: Buffer) => Promise<PatchResult>,
  ): Promise<Subscription> {
    await deps.limits.takeAddress('subscriptions', request, response);
    const result = await act(String(request.params['id']), authOf(request));
    response.set('Cache-Control', 'no-store');
    if (result.type === 'found') return result.subscription;
    throw problemOf(result);
  }

  route(router, SUBSCRIPTIONS, { post: put });
  route(router, SUBSCRIPTION, {
    get: async (request, response) => {
      response.json(shown(await owned(request, response, (id, auth) => subscriptions.get(id, auth))));
    },
    patch: async (request, response) => {
      const found = await owned(request, response, async (id, auth) => {
        const patch = await readBody(request, response, preferencesPatchSchema, [
          'application/json',
          'application/merge-patch+json',
        ]);
        refuseUnknownTopics(patch.topics ?? [], await deps.topics.followable());
        return subscriptions.patch(id, auth, patch);
      });
      response.json(shown(found));
    },
    delete: async (request, response) => {
      await owned(request, response, async (id, auth) => {
        const removed = await subscriptions.remove(id, auth, await deps.leavings.audiences('left'));
        if (removed.type === 'found' && removed.isErased) await deps.leavings.count('left', removed.audience);
        return removed;
      });
      response.status(204).end();
    },
  });
}

/** @throws {Problem} 422 */
export function acceptedAddress(parsed: ParsedAddress): Address {
  if (parsed.ok) return parsed.address;
  const member = parsed.at.join('/');
  const errors = [{ pointer: `/subscription/${member}`, detail: parsed.reason }];
  if (member !== 'endpoint')
    throw new Problem('invalid-body', 'Correct the fields named in errors.', { errors });
  throw new Problem('endpoint-not-allowed', 'Send the subscription exactly as the browser made it.', {
    errors,
  });
}

function problemOf(result: Exclude<PatchResult, { type: 'found' }>): Problem {
  return result.type === 'invalid' ? invalidBody(result.error) : refusedSubscription(result);
}

export const refusedSubscription = ({ type }: { readonly type: 'missing' | 'denied' }): Problem =>
  type === 'missing'
    ? new Problem('not-found', 'No subscription has this id.')
    : new Problem('forbidden', 'The key does not belong to the subscription.');

/** The secret by which a browser proves that the subscription is its own. @throws {Problem} 401 */
export function authOf(request: Request): Buffer {
  const auth = authSchema.safeParse(credentialsOf(request, 'Subscription'));
  if (!auth.success) throw unproven();
  return Buffer.from(auth.data, 'base64url');
}

function shown({ id, preferences, mustRenew }: Subscription): object {
  return { id, ...preferences, vapidKeyChanged: mustRenew };
}

function unproven(): Problem {
  return new Problem('unauthenticated', "Send Authorization: Subscription <the subscription's auth key>.", {
    headers: { 'WWW-Authenticate': 'Subscription realm="ajil"' },
  });
}
