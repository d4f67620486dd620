import type { Alert } from '../alerts/schema.ts';
import type { Address, AddressCodec } from '../audience/address.ts';
import type { RetryReason, SendOrder } from '../push/types.ts';

export type { SendOrder };
/**
 * What came of one attempt, whatever the channel. All but `retry` are final. After `retry` the delivery is tried again, no
 * earlier than after `afterMs`, until the alert expires; `attempted` is false if nothing was sent.
 */
export type Answer =
  | { readonly type: 'accepted' }
  | { readonly type: 'gone' }
  | { readonly type: 'rejected' }
  /** Nothing was sent, and nothing sent to this address from here will ever arrive. */
  | { readonly type: 'unreachable' }
  | {
      readonly type: 'retry';
      readonly afterMs: number;
      readonly reason: RetryReason;
      readonly attempted: boolean;
    };

/** What differs between the messages of a version. */
export interface Envelope {
  /** The device's own receipt token. */
  readonly token: string;
  /** Seconds until the message is of no use, at least 1. */
  readonly ttl: number;
  /** What {@link Channel.arm} made ahead for this subscription. It serves one message. */
  readonly keying?: Buffer | undefined;
}

/** A version's messages of one form: everything that its devices get alike is made once. */
export interface Message<A extends Address = Address> {
  send(address: A, envelope: Envelope, order: SendOrder): Promise<Answer>;
}

/**
 * One way to a device. A delivery, its slot, retries, outcomes and report are the same for every channel; what differs is
 * here. A new channel is a folder beside this file, and an entry where servers (addresses.ts) and workers are composed. As
 * with {@link AddressCodec}, each channel is given only its own addresses.
 */
export interface Channel<A extends Address = Address> {
  /** The half of the channel that servers have as well. */
  readonly addresses: AddressCodec<A>;
  /** Makes what the messages of this form of an alert have in common. */
  compose(alert: Alert): Message<A>;
  /** The same as a test that nobody can take for real (src/alerts/test-message.ts). Its envelope's token is of no use. */
  composeTest(alert: Alert, nowMs: number): Message<A>;
  /** Nothing of this order is started from now on: what waits is answered at once, what is on the wire as it comes. */
  withdraw(order: SendOrder): void;
  /** The service behind an address; deliveries to one service are tried again together. Empty: none that we know. */
  originOf(address: A): string;
  /** The name of the service at an endpoint or origin, for reports: one of few. */
  serviceOf(endpoint: string): string;
  /** How long it would be of no use to send to an origin, ms; 0: go on. */
  busyMs(origin: string, order: Pick<SendOrder, 'rank' | 'unproven'>): number;
  /** Messages are about to come. */
  prepare(): void;
  /**
   * Makes ahead, for each address, what the next message to it needs and no text changes: as many bytes as `KEYING_BYTES` of src/audience/shard.ts says, or
   * undefined if there is nothing to make. At most 64 addresses at a time. A channel that makes nothing has no such function.
   */
  arm?(addresses: readonly A[]): (Buffer | undefined)[];
  /**
   * Whether a subscription may be removed because its service says that it is gone, or refuses it again and again. A
   * service that answers wrongly in bulk must not cost readers.
   */
  mayRemove(address: A, reason: 'gone' | 'refused'): boolean;
}
