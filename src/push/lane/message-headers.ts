import type { Provider } from '../endpoint/endpoint-policy.ts';
import type { PushMessage } from '../types.ts';
import type { Vapid } from '../vapid/vapid-headers.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Makes the headers of messages to one origin (RFC 8030, sections 5.2 to 5.4; RFC 8291, section 4).
 * Consecutive messages with the same headers share one frozen object, so that a transport may keep its encoded form.
 */
export function createMessageHeaders(deps: {
  origin: string;
  provider: Provider;
  vapid: Vapid;
}): (message: PushMessage) => Headers {
  const { origin, provider, vapid } = deps;
  let last: Headers | undefined;

  return (message) => {
    const authorization = vapid.authorization(origin);
    // A message without it is refused (RFC 8030, section 5.2), and WNS refuses 0.
    const ttl = String(Math.max(1, Math.floor(message.ttl)));
    if (
      last?.['authorization'] === authorization &&
      last['ttl'] === ttl &&
      last['urgency'] === message.urgency &&
      last['topic'] === message.collapseKey
    ) {
      return last;
    }
    last = Object.freeze({
      authorization,
      'content-encoding': 'aes128gcm',
      // With Declarative Web Push, a browser can show the message without a service worker.
      'content-type': 'application/notification+json',
      ttl,
      urgency: message.urgency,
      topic: message.collapseKey,
      // WNS drops messages for devices that are offline unless it is told to keep them.
      ...(provider === 'wns' ? { 'x-wns-cache-policy': 'cache' } : {}),
    });
    return last;
  };
}
