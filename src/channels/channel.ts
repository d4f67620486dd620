import type { Alert } from '../alerts/schema.ts';
import type { PushAnswer, SendOrder } from '../push/types.ts';

export type { SendOrder };
/** What came of one attempt, whatever the channel. */
export type Answer = PushAnswer | Unreachable;

/** Nothing was sent, and nothing sent to this address from here will ever arrive. */
export interface Unreachable {
  readonly type: 'unreachable';
}

/** Where a device is reached, as its channel packs it. A subscription's record holds it. */
export interface Address {
  /** Unique among all addresses of all channels: the subscription's id is a hash of it. */
  readonly endpoint: string;
  readonly vapidKeyId: string;
  readonly p256dh: Buffer;
  readonly auth: Buffer;
}

/** What differs between the messages of a version. */
export interface Envelope {
  /** The device's own receipt token. */
  readonly token: string;
  /** Seconds until the message is of no use, at least 1. */
  readonly ttl: number;
}

/** A version's messages of one form: everything that its devices get alike is made once. */
export type Send = (address: Address, envelope: Envelope, order: SendOrder) => Promise<Answer>;

/**
 * One way to a device. A delivery, its slot, retries, outcomes and report are the same for every channel; what differs is
 * here. A new channel is a folder beside this file, and an entry where the workers are composed.
 */
export interface Channel {
  /** Also the label of its metrics. */
  readonly name: string;
  /** Whether an address is of this channel. */
  knows(address: Address): boolean;
  /** Makes what the messages of this form of an alert have in common. */
  compose(alert: Alert): Send;
  /** Nothing of this order is started from now on: what waits is answered at once, what is on the wire as it comes. */
  withdraw(order: SendOrder): void;
  /** The service behind an address; deliveries to one service are tried again together. Empty: none that we know. */
  originOf(address: Address): string;
  /** How long it would be of no use to send to an origin, ms; 0: go on. */
  busyMs(origin: string, unproven: boolean): number;
  /** Messages are about to come. */
  prepare(): void;
  /**
   * Whether a subscription may be removed because its service says that it is gone, or refuses it again and again. A
   * service that answers wrongly in bulk must not cost readers.
   */
  mayRemove(address: Address, reason: 'gone' | 'refused'): boolean;
}
