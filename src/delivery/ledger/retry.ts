import { randomBytes, randomInt } from 'node:crypto';
import { ENTRY_BYTES, type Slots } from './slots.ts';

/**
 * Deliveries of one version to one push service that are tried again together: one record in the ledger, one job.
 * A delivery without an outcome is at any time in its batch or in one retry.
 */
export interface Retry {
  readonly id: string;
  /**
   * A run that claims the retry, or moves something out of it, gives it a new mark. A run with an older mark cannot change
   * it. 0: unclaimed.
   */
  readonly mark: number;
  /** Of the push service; empty when it is not known. */
  readonly origin: string;
  /** How often the push service has been asked in vain. */
  readonly attempt: number;
  /** How often in a row nothing was even sent. */
  readonly waits: number;
  /** An attempt had no answer, or a run that may have sent was killed: the devices may have the message. */
  readonly mayHaveArrived?: boolean;
  /** Milliseconds since the epoch. */
  readonly dueAtMs: number;
  readonly slots: Slots;
}

/**
 * The parts of an audience, which never share a batch or a retry. `engaged`: their readers open notifications, and they go
 * first. `unproven`: no push service has accepted anything for them; they have a queue and lanes apart.
 */
export type Part = 'engaged' | 'others' | 'unproven';

export const UNPROVEN_PREFIX = 'u';
const PREFIXES: Readonly<Record<Part, string>> = { engaged: 'e', others: 'r', unproven: UNPROVEN_PREFIX };

/** Ids of BullMQ jobs hold no colon, and are not all digits. The first letter tells the part. */
export const newRetryId = (part: Part): string => `${PREFIXES[part]}${randomBytes(12).toString('hex')}`;

export function partOf(retryId: string): Part {
  if (retryId.startsWith(PREFIXES.unproven)) return 'unproven';
  return retryId.startsWith(PREFIXES.engaged) ? 'engaged' : 'others';
}

/** Random, not counted: a Redis that came back with older data must not give the same mark twice. */
export const newMark = (): number => randomInt(1, 2 ** 32);

// Mark (4 bytes, where the scripts look for it), attempt (2, the highest bit: it may have arrived), waits (2), due (8),
// length of the origin (1), origin.
const HEAD_BYTES = 17;
const MAY_HAVE_ARRIVED = 0x80_00;
export function packRetryHead(retry: Retry): Buffer {
  const origin = retry.origin.length <= 0xff ? retry.origin : '';
  const head = Buffer.alloc(HEAD_BYTES + origin.length);
  head.writeUInt32BE(retry.mark, 0);
  const attempt = Math.min(retry.attempt, MAY_HAVE_ARRIVED - 1);
  head.writeUInt16BE(retry.mayHaveArrived === true ? attempt | MAY_HAVE_ARRIVED : attempt, 4);
  head.writeUInt16BE(Math.min(retry.waits, 0xff_ff), 6);
  head.writeDoubleBE(retry.dueAtMs, 8);
  head.writeUInt8(head.write(origin, HEAD_BYTES, 'latin1'), 16);
  return head;
}

/** The first bytes of a packed retry. */
export function packMark(mark: number): Buffer {
  const packed = Buffer.alloc(4);
  packed.writeUInt32BE(mark);
  return packed;
}

export function unpackRetry(id: string, packed: Buffer): Retry {
  const entriesAt = HEAD_BYTES + packed.readUInt8(16);
  const slots = new Map<number, number[]>();
  for (let at = entriesAt; at < packed.length; at += ENTRY_BYTES) {
    const shard = packed.readUInt8(at);
    const slot = packed.readUInt32BE(at + 1);
    const known = slots.get(shard);
    if (known) known.push(slot);
    else slots.set(shard, [slot]);
  }
  return {
    id,
    mark: packed.readUInt32BE(0),
    attempt: packed.readUInt16BE(4) & (MAY_HAVE_ARRIVED - 1),
    mayHaveArrived: packed.readUInt16BE(4) >= MAY_HAVE_ARRIVED,
    waits: packed.readUInt16BE(6),
    dueAtMs: packed.readDoubleBE(8),
    origin: packed.toString('latin1', HEAD_BYTES, entriesAt),
    slots: [...slots],
  };
}
