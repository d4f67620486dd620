import type { RemovalBrake } from '../../push/endpoint/removal-brake.ts';
import type { PushSender } from '../../push/types.ts';
import type { Channel, Message } from '../channel.ts';
import { webPushAddresses, type WebPushAddress, type WebPushAddressDeps } from './address.ts';
import { webPushDrillMessage, webPushMessage, webPushTestMessage, type WebPushMessage } from './message.ts';

export interface WebPushDeps extends WebPushAddressDeps {
  readonly sender: PushSender;
  readonly brake: Pick<RemovalBrake, 'note' | 'mayRemove'>;
  readonly publicUrl: string;
  /** Every message says that it belongs to a drill. */
  readonly isDrill?: boolean;
}

/** Web Push (RFC 8030): the channel of browsers. */
export function createWebPush(deps: WebPushDeps): Channel<WebPushAddress> {
  const { sender, policy, brake } = deps;
  const addresses = webPushAddresses(deps);
  const messageOf = deps.isDrill === true ? webPushDrillMessage : webPushMessage;
  const composed = ({ payload, urgency, collapseKey }: WebPushMessage): Message<WebPushAddress> => ({
    send: async (address, { token, ttl }, order) => {
      if (addresses.mustRenew(address)) return { type: 'unreachable' };
      return sender.send(address, { payload: payload(token), ttl, urgency, collapseKey }, order);
    },
  });
  return {
    addresses,
    compose: (alert) => composed(messageOf(alert, deps.publicUrl)),
    composeTest: (alert, nowMs) => composed(webPushTestMessage(alert, deps.publicUrl, nowMs)),
    withdraw: (order) => sender.withdraw(order),
    originOf: ({ endpoint }) => {
      const verdict = policy.check(endpoint);
      return verdict.ok ? verdict.origin : '';
    },
    busyMs: (origin, order) => sender.busyMs(origin, order),
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
