import { z } from 'zod';
import { rowOf, type Row } from './row.ts';

/** Where a device is reached. This is what the addresses of all channels have; each channel adds what it needs. */
export interface Address {
  /** A URI in ASCII. Unique among all addresses of all channels: the subscription's id is a hash of it. */
  readonly endpoint: string;
  /** 16 bytes that prove possession: the device and Ajil alone know them. */
  readonly auth: Buffer;
}

/** An address, or the member of `subscription` that is wrong. */
export type ParsedAddress<A extends Address = Address> =
  | { readonly ok: true; readonly address: A }
  | {
      readonly ok: false;
      readonly at: readonly string[];
      /** For people. It holds nothing of the address. */
      readonly reason: string;
    };

/**
 * The addresses of one channel, as JSON and inside a record. Methods, not function members: TypeScript then lets a list
 * hold the codecs of several channels, and {@link createAddresses} gives each codec only its own addresses.
 */
export interface AddressCodec<A extends Address = Address, Json = unknown, Beside = unknown> {
  /** Part of the stored format, 0 to 255. 0 is Web Push, whose records are older than the number. */
  readonly number: number;
  knows(endpoint: string): boolean;
  /** `subscription` in the body of `POST /v1/subscriptions`, and in the lines of exports. */
  readonly schema: z.ZodType<Json>;
  /** What the lines of exports tell of an address beside `subscription`. */
  readonly beside?: z.ZodObject & z.ZodType<Beside>;
  /** The subscription in a row of another service's export; undefined: the row has none of this channel. */
  inRow?(row: Row): unknown;
  /** @param beside of a line; undefined: a reader sends it now */
  parse(subscription: Json, beside?: Beside): ParsedAddress<A>;
  toJson(address: A): { readonly subscription: object; readonly beside?: object };
  /** How many bytes the record has for the address from {@link REST_OFFSET} on, 65,535 at most. */
  restBytes(address: A): number;
  /** Writes the bytes of a record that are the channel's (record.ts). */
  pack(address: A, record: Buffer): void;
  /** Runs once a delivery. */
  unpack(record: Buffer, restEnd: number): A;
  /** Nothing sent to this address from here arrives any more: the device must subscribe again. */
  mustRenew(address: A): boolean;
}

/** The addresses of all channels that a process has. */
export interface Addresses {
  /** @throws when no channel here knows such an endpoint */
  of(endpoint: string): AddressCodec;
  /** @throws when this process has no such channel */
  numbered(number: number): AddressCodec;
  /** The channel that judges a subscription in JSON: the first, when none knows its endpoint. */
  judgeOf(subscription: unknown): AddressCodec;
  /** The subscription in a row of another service's export. */
  inRow(row: Row): unknown;
  /** `subscription` in the body of `POST /v1/subscriptions`. A value of the right shape may still be no address. */
  readonly schema: z.ZodType<ParsedAddress>;
}

/** @param codecs one for each channel */
export function createAddresses(codecs: readonly [AddressCodec, ...AddressCodec[]]): Addresses {
  const byNumber: (AddressCodec | undefined)[] = [];
  for (const codec of codecs) {
    if (byNumber[codec.number] !== undefined) throw new Error(`two channels have the number ${codec.number}`);
    byNumber[codec.number] = codec;
  }
  const find = (endpoint: string): AddressCodec | undefined => codecs.find((codec) => codec.knows(endpoint));

  function judgeOf(subscription: unknown): AddressCodec {
    const endpoint = rowOf(subscription)?.['endpoint'];
    return (typeof endpoint === 'string' ? find(endpoint) : undefined) ?? codecs[0];
  }

  return {
    of: (endpoint) => {
      const codec = find(endpoint);
      if (codec === undefined) throw new Error('no channel knows this address');
      return codec;
    },
    numbered: (number) => {
      const codec = byNumber[number];
      if (codec === undefined) throw new Error(`subscription record of unknown channel ${number}`);
      return codec;
    },
    judgeOf,
    inRow: (row) => {
      for (const codec of codecs) {
        const found = codec.inRow?.(row);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    schema: z.unknown().transform((subscription, context) => {
      const codec = judgeOf(subscription);
      const read = codec.schema.safeParse(subscription);
      if (read.success) return codec.parse(read.data);
      for (const issue of read.error.issues) {
        context.issues.push({ ...issue, input: subscription } as z.core.$ZodRawIssue);
      }
      return z.NEVER;
    }),
  };
}
