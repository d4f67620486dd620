import type { EndpointPolicy } from '../../push/endpoint/endpoint-policy.ts';
import type { RemovalBrake } from '../../push/endpoint/removal-brake.ts';
import type { PushSender } from '../../push/types.ts';
import type { Address, Channel } from '../channel.ts';
import { webPushMessage } from './message.ts';

export interface WebPushDeps {
  readonly sender: PushSender;
  readonly policy: Pick<EndpointPolicy, 'check'>;
  readonly brake: Pick<RemovalBrake, 'note' | 'mayRemove'>;
  /** Id of the VAPID key that we sign with. */
  readonly vapidKeyId: string;
  readonly publicUrl: string;
}

/** Web Push (RFC 8030): the channel of browsers. */
export function createWebPush(deps: WebPushDeps): Channel {
  const { sender, policy, brake } = deps;
  return {
    name: 'web-push',
    knows: ({ endpoint }) => endpoint.startsWith('https:'),
    compose: (alert) => {
      const { payload, urgency, collapseKey } = webPushMessage(alert, deps.publicUrl);
      return async (address: Address, { token, ttl }, order) => {
        // With another key the push service would answer 403: the browser subscribes again at the next visit.
        if (address.vapidKeyId !== deps.vapidKeyId) return { type: 'unreachable' };
        return sender.send(address, { payload: payload(token), ttl, urgency, collapseKey }, order);
      };
    },
    withdraw: (order) => sender.withdraw(order),
    originOf: ({ endpoint }) => {
      const verdict = policy.check(endpoint);
      return verdict.ok ? verdict.origin : '';
    },
    busyMs: (origin, unproven) => sender.busyMs(origin, unproven),
    prepare: () => sender.preconnect(),
    mayRemove: ({ endpoint }, reason) => {
      const verdict = policy.check(endpoint);
      if (!verdict.ok) return true;
      // The brake has heard of those that are gone from the sender.
      if (reason === 'refused') brake.note(verdict.provider, { type: 'gone', status: 0 });
      return brake.mayRemove(verdict.provider);
    },
  };
}
