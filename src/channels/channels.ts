import { createAddresses, type Address, type Addresses } from '../audience/address.ts';
import type { Channel, SendOrder } from './channel.ts';

/** All the ways to devices that this process has. */
export interface Channels {
  readonly addresses: Addresses;
  /** @throws when no channel here knows such an address: another process may */
  of(address: Address): Channel;
  withdraw(order: SendOrder): void;
  /** Of the channel that has to do with the origin. */
  busyMs(origin: string, order: Pick<SendOrder, 'rank' | 'unproven'>): number;
  /** The name of the service at an endpoint or origin; `other`: none that we know. */
  serviceOf(endpoint: string): string;
  prepare(): void;
}

export function createChannels(all: readonly [Channel, ...Channel[]]): Channels {
  const [first, ...others] = all;
  return {
    addresses: createAddresses([first.addresses, ...others.map((channel) => channel.addresses)]),
    of: ({ endpoint }) => {
      const channel = all.find(({ addresses }) => addresses.knows(endpoint));
      if (channel === undefined) throw new Error('no channel knows this address');
      return channel;
    },
    withdraw: (order) => {
      for (const channel of all) channel.withdraw(order);
    },
    busyMs: (origin, order) => Math.max(0, ...all.map((channel) => channel.busyMs(origin, order))),
    serviceOf: (endpoint) =>
      all.find(({ addresses }) => addresses.knows(endpoint))?.serviceOf(endpoint) ?? 'other',
    prepare: () => {
      for (const channel of all) channel.prepare();
    },
  };
}
