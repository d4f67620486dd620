import type { Answer, Channel, Message } from '../../../src/channels/channel.ts';
import { stubAddresses } from './address.ts';

/** A channel whose service is in memory, and whose messages are the headline and the receipt token as text. */
export interface Stub extends Channel {
  /** What the service answers to a request; the number counts from 1 for each endpoint. */
  answer: (endpoint: string, request: number) => Answer;
  /** Every message that came, in order. */
  readonly messages: readonly { readonly endpoint: string; readonly text: string }[];
}

export const ACCEPTED: Answer = { type: 'accepted' };
export const COME_AGAIN: Answer = { type: 'retry', afterMs: 1000, reason: 'throttled', attempted: true };

export function createStub(): Stub {
  const messages: { endpoint: string; text: string }[] = [];
  const requests = new Map<string, number>();
  const composed = (words: string): Message => ({
    send: async ({ endpoint }, { token }, order) => {
      if (order.stopped) return { type: 'retry', afterMs: 1000, reason: 'stopped', attempted: false };
      const request = (requests.get(endpoint) ?? 0) + 1;
      requests.set(endpoint, request);
      messages.push({ endpoint, text: `${words} ${token}` });
      return stub.answer(endpoint, request);
    },
  });
  const stub: Stub = {
    answer: () => ACCEPTED,
    messages,
    addresses: stubAddresses(),
    compose: ({ headline, version }) => composed(`${headline} ${version}`),
    composeTest: ({ headline, version }) => composed(`TEST ${headline} ${version}`),
    // Every message is answered at once: nothing waits.
    withdraw: () => undefined,
    originOf: () => 'stub:',
    serviceOf: () => 'stub',
    busyMs: () => 0,
    prepare: () => undefined,
    mayRemove: () => true,
  };
  return stub;
}
