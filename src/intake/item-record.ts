import { createHash } from 'node:crypto';
import { z } from 'zod';
import { statusSchema, urgencySchema } from '../alerts/schema.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import type { Item, ItemVersion } from './item.ts';
import { reasonSchema } from './reasons.ts';

export const takenSchema = z.object({
  action: z.enum(['created', 'updated', 'corrected', 'retracted', 'ignored']),
  alertId: z.string().nullable(),
  status: statusSchema.nullable(),
  /** Why an item was ignored, or waits for an editor. */
  reason: z.string().optional(),
  why: reasonSchema.optional().describe('The same as a code, with what the sentence names'),
});
/** What became of an item. */
export type Taken = z.infer<typeof takenSchema>;

const saidSchema = z.object({
  headline: z.string(),
  body: z.string().nullable(),
  url: z.string().nullable().optional(),
  lang: z.string(),
  topics: z.array(z.string()),
  /** Null: none of ours. */
  urgency: urgencySchema.nullable(),
  expiresAt: z.string().nullable(),
  sendAt: z.string().nullable(),
});
/** What an item says of an alert, in our words. */
export type Said = z.infer<typeof saidSchema>;

const itemRecordSchema = z.object({
  /** Null: nothing of the item itself has come, only what continues it. */
  last: z
    .object({
      version: z.object({ number: z.number().nullable(), madeAt: z.number().nullable() }),
      digest: z.string(),
      taken: takenSchema,
      /** What its editor asked for, where that counts. */
      asks: z.string().nullable().optional(),
    })
    .nullable(),
  alertId: z.string().nullable(),
  /** What the source said when the alert was last changed by it. */
  said: saidSchema.nullable(),
  /** The id of the item that continues this one. */
  continuedBy: z.string().nullable(),
  /** Of an item as a whole: the editions that have come, or that another item's editions continue. */
  editions: z.array(z.string()).default([]),
  /** Of an item as a whole: what ended it, and what became of that. */
  ended: z
    .object({
      by: z.string(),
      how: z.enum(['replaced', 'cancelled']),
      at: z.number(),
      taken: z.array(takenSchema),
    })
    .nullable()
    .default(null),
});
/** What is known of an item, or of one of its editions: the newest version that came, and what became of it. */
export type ItemRecord = z.infer<typeof itemRecordSchema>;

export const NEW_RECORD: ItemRecord = {
  last: null,
  alertId: null,
  said: null,
  continuedBy: null,
  editions: [],
  ended: null,
};

/** Of a text that Redis keeps. */
export const readRecord = (text: string): ItemRecord => itemRecordSchema.parse(JSON.parse(text));

/** Names a record: an item as a whole, or one of its editions. */
export interface ItemName {
  readonly id: string;
  readonly edition: string | null;
}

/** A record that has not changed for so long does not change any more, seconds. */
const REMEMBERED_S = 60 * 24 * 3600;

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Equal for items that say the same. */
export const digestOf = (item: Item): string => hash(JSON.stringify(item));

/** Names an item in keys: ids of sources have any length and any character. */
export const nameOf = (itemId: string): string => hash(itemId);

/** No id of an item has a line break before a language. */
const keyNameOf = ({ id, edition }: ItemName): string => nameOf(edition === null ? id : `${id}\n${edition}`);

export interface ItemRecords {
  read(sourceId: string, name: ItemName): Promise<ItemRecord>;
  /** All or none. */
  write(sourceId: string, records: readonly (ItemName & { readonly record: ItemRecord })[]): Promise<void>;
}

export function createItemRecords({ redis }: { readonly redis: Redis }): ItemRecords {
  return {
    read: async (sourceId, name) => {
      const stored = await redis.get(keys.intake(sourceId, keyNameOf(name)));
      return stored === null ? NEW_RECORD : readRecord(stored);
    },
    write: async (sourceId, known) => {
      const transaction = redis.multi();
      for (const { record, ...name } of known) {
        transaction.set(keys.intake(sourceId, keyNameOf(name)), JSON.stringify(record), 'EX', REMEMBERED_S);
      }
      for (const [error] of (await transaction.exec()) ?? [[new Error('Connection is closed.')]]) {
        if (error) throw error;
      }
    },
  };
}

type Age = 'first' | 'same' | 'newer' | 'older' | 'other-text';

/**
 * How an item relates to the newest version that came. Of two that claim to be the same version, the one that takes the item
 * back counts; without numbers and times that can be compared, the one that comes later.
 */
export function ageOf(item: Item, { last }: ItemRecord): Age {
  if (last === null) return 'first';
  if (digestOf(item) === last.digest) return 'same';
  const order = compare(item.version, last.version);
  if (order !== undefined && order !== 0) return order > 0 ? 'newer' : 'older';
  if (order === undefined || isTakenBack(item)) return 'newer';
  return 'other-text';
}

export const isTakenBack = ({ change }: Item): boolean => change === 'withdrawal' || change === 'hold';

/** Undefined: they cannot be compared. */
function compare(a: ItemVersion, b: ItemVersion): number | undefined {
  const byNumber = a.number === null || b.number === null ? undefined : a.number - b.number;
  const byTime = a.madeAt === null || b.madeAt === null ? undefined : a.madeAt - b.madeAt;
  return byNumber === undefined || byNumber === 0 ? (byTime ?? byNumber) : byNumber;
}
