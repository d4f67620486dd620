import type { RemovalBrake } from '../../push/endpoint/removal-brake.ts';
import type { PushSender } from '../../push/types.ts';
import type { Arm } from '../../push/encryption/job.ts';
import type { Channel, Message } from '../channel.ts';
import { webPushAddresses, type WebPushAddress, type WebPushAddressDeps } from './address.ts';
import { armAddresses, keyingFor } from './keying.ts';
import { webPushDrillMessage, webPushMessage, webPushTestMessage, type WebPushMessage } from './message.ts';

export interface WebPushDeps extends WebPushAddressDeps {
  readonly sender: PushSender;
  readonly brake: Pick<RemovalBrake, 'note' | 'mayRemove'>;
  /** Undefined: every message is encrypted from the start. */
  readonly arm?: Arm | undefined;
  readonly publicUrl: string;
  /** Every message says that it belongs to a drill. */
  readonly isDrill?: boolean;
}

/** Strangers make up any number of origins. */
const MOST_ORIGINS = 256;

/** A delivery asks once, and there are few origins: each is checked once. */
function createServiceNames(policy: WebPushDeps['policy']): (endpoint: string) => string {
  const known = new Map<string, string>();
  return (endpoint) => {
    const pathAt = endpoint.indexOf('/', 'https://'.length);
    const origin = pathAt < 0 ? endpoint : endpoint.slice(0, pathAt);
    const name = known.get(origin);
    if (name !== undefined) return name;
    const verdict = policy.check(pathAt < 0 ? `${endpoint}/` : endpoint);
    if (!verdict.ok) return 'other';
    if (known.size < MOST_ORIGINS) known.set(origin, verdict.provider);
    return verdict.provider;
  };
}

/** Web Push (RFC 8030): the channel of browsers. */
export function createWebPush(deps: WebPushDeps): Channel<WebPushAddress> {
  const { sender, policy, brake, arm } = deps;
  const addresses = webPushAddresses(deps);
  const messageOf = deps.isDrill === true ? webPushDrillMessage : webPushMessage;
  const composed = ({ payload, urgency, collapseKey }: WebPushMessage): Message<WebPushAddress> => ({
    send: (address, { token, ttl, keying }, order) => {
      if (addresses.mustRenew(address)) return Promise.resolve({ type: 'unreachable' });
      const { endpoint, p256dh, auth } = address;
      const target = { endpoint, p256dh, auth, keying: keyingFor(address, keying) };
      return sender.send(target, { payload: payload(token), ttl, urgency, collapseKey }, order);
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
    serviceOf: createServiceNames(policy),
    busyMs: (origin, order) => sender.busyMs(origin, order),
    prepare: () => sender.preconnect(),
    ...(arm === undefined ? {} : { arm: armAddresses({ arm, addresses }) }),
    mayRemove: ({ endpoint }, reason) => {
      const verdict = policy.check(endpoint);
      if (!verdict.ok) return true;
      // The brake has heard of those that are gone from the sender.
      if (reason === 'refused') brake.note(verdict.provider, { type: 'gone', status: 0 });
      return brake.mayRemove(verdict.provider);
    },
  };
}
