import { randomBytes } from 'node:crypto';
import { isSame } from '../../editors/secrets.ts';
import type { Logger } from '../../ops/logger.ts';
import { addressFault } from '../webhooks/address.ts';
import type { AskCallback } from './callback.ts';
import type { HubStore } from './store.ts';
import { subscriptionId, type HubRequest } from './subscription.ts';

/**
 * Asks a callback whether it wants what somebody asked for in its name (WebSub, section 5.3), and does it then.
 * A subscription that stands changes only after its callback has said so.
 *
 *     asked ── the callback repeats the challenge ─► subscribed, or gone
 *     asked ── anything else ──────────────────────► as before
 */
export type VerifyRequest = (request: HubRequest) => Promise<void>;

export function createVerifyRequest(deps: {
  readonly store: Pick<HubStore, 'put' | 'has' | 'remove'>;
  readonly ask: AskCallback;
  readonly allowedOrigins: readonly string[];
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): VerifyRequest {
  const { store, logger } = deps;

  async function confirms({ mode, topic, callback, leaseSeconds }: HubRequest): Promise<boolean> {
    const challenge = randomBytes(24).toString('base64url');
    const lease = mode === 'subscribe' ? { 'hub.lease_seconds': String(leaseSeconds) } : {};
    const parameters = { 'hub.mode': mode, 'hub.topic': topic, 'hub.challenge': challenge, ...lease };
    const asked = await deps.ask(callback, parameters).catch(() => undefined);
    return asked !== undefined && asked.status >= 200 && asked.status < 300 && isSame(asked.body, challenge);
  }

  return async (request) => {
    const { mode, topic, callback, secret, leaseSeconds } = request;
    const id = subscriptionId(request);
    // Somebody may have asked often before: nobody is called for what is not there.
    if (mode === 'unsubscribe' && !(await store.has(id))) return;
    if (addressFault(callback, deps.allowedOrigins) !== undefined) return;
    if (!(await confirms(request))) {
      logger.info({ subscription: id, mode }, 'a callback did not confirm what was asked of the hub');
      return;
    }
    if (mode === 'unsubscribe') {
      await store.remove(id);
      return;
    }
    const endsAtMs = deps.now() + leaseSeconds * 1000;
    const refused = await store.put({ topic, callback, secret, endsAtMs });
    if (refused === undefined) return;
    logger.warn({ subscription: id }, 'the hub is full: a subscription was refused');
    await deny(deps.ask, { topic, callback }, 'the hub has no room for more subscriptions');
  };
}

/** Tells a callback that its subscription is refused, or has ended (WebSub, section 5.2). */
export async function deny(
  ask: AskCallback,
  { topic, callback }: { readonly topic: string; readonly callback: string },
  reason: string,
): Promise<void> {
  await ask(callback, { 'hub.mode': 'denied', 'hub.topic': topic, 'hub.reason': reason }).catch(
    () => undefined,
  );
}
